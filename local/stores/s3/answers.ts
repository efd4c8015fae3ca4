// Whether a local S3 server answers.
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { healthPath } from "./server.ts";

/** True as soon as the server answers; nothing before. */
export async function s3Answers(port: number, authority: string): Promise<true | undefined> {
  const { promise, resolve } = Promise.withResolvers<true | undefined>();
  const url = `https://127.0.0.1:${port}${healthPath}`;
  const request = get(url, { ca: readFileSync(authority), agent: false, timeout: 2_000 }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200 ? true : undefined);
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve(undefined));
  return promise;
}
