// The administrator's token: it lives seven days, as DigitalOcean's do, and is renewed on the last of them.
import { z } from "zod";
import type { Api } from "./api.ts";
import { readText, writeJson } from "../processes/files.ts";
import type { ClusterPaths } from "./paths.ts";
import { administrator } from "./system-workloads.ts";

const day = 24 * 60 * 60;
const lifetimeSeconds = 7 * day;
const renewSeconds = 1 * day;

const credentialsSchema = z.object({ token: z.string(), expiresAt: z.string() });
export type Credentials = z.infer<typeof credentialsSchema>;

/** The present token, or a new one when it is about to end: a refresh within its life must not show a change. */
export async function ensureCredentials(paths: ClusterPaths, api: Api): Promise<Credentials> {
  const present = readCredentials(paths);
  if (present && Date.parse(present.expiresAt) - Date.now() > renewSeconds * 1000) return present;
  const { name, namespace } = administrator.metadata;
  const answer = await api.call<{ status: { token: string; expirationTimestamp: string } }>(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: lifetimeSeconds } },
  );
  const credentials = { token: answer.status.token, expiresAt: answer.status.expirationTimestamp };
  writeJson(paths.credentials, credentials);
  return credentials;
}

function readCredentials(paths: ClusterPaths): Credentials | undefined {
  const text = readText(paths.credentials);
  return text === undefined ? undefined : credentialsSchema.parse(JSON.parse(text));
}
