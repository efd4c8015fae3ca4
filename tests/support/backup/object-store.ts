// A real S3 server in a temporary folder, behind a proxy that can make requests fail.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { versitygwProgram } from "../../../tools/engine.ts";
import { freePort } from "../free-port.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

export interface ObjectStore {
  /** Makes chosen requests fail. */
  readonly faults: FaultProxy;
  /** rclone's variables for a remote of this name. */
  readonly remote: (name: string) => Readonly<Record<string, string>>;
  /** Puts other bytes under a key, behind the server's back: it goes on telling the checksum of what was there. */
  readonly corrupt: (bucket: string, key: string, text: string) => void;
  readonly stop: () => Promise<void>;
}

const access = "root-access";
const secret = "root-secret-of-a-test";

/** @param folder for the server's own use */
export async function startObjectStore(folder: string): Promise<ObjectStore> {
  const port = await freePort();
  const made = (name: string) => mkdirSync(join(folder, name), { recursive: true }) ?? join(folder, name);
  const global = ["--access", access, "--secret", secret, "--port", `127.0.0.1:${port}`, "--quiet"];
  const server = spawn(
    await versitygwProgram(),
    [...global, "--iam-dir", made("logins"), "posix", "--versioning-dir", made("versions"), made("objects")],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
  });
  await listening(port, () => server.exitCode !== null);
  const faults = await startFaultProxy(port);
  return {
    faults,
    remote: (name) => remoteVariables(name, faults.url),
    corrupt: (bucket, key, text) => writeFileSync(join(folder, "objects", bucket, key), text),
    stop: async () => {
      await faults.stop();
      server.kill();
      await ended;
    },
  };
}

function remoteVariables(name: string, endpoint: string): Record<string, string> {
  const values = {
    TYPE: "s3",
    PROVIDER: "Other",
    ENDPOINT: endpoint,
    REGION: "us-east-1",
    ACCESS_KEY_ID: access,
    SECRET_ACCESS_KEY: secret,
    FORCE_PATH_STYLE: "true",
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`RCLONE_CONFIG_${name}_${key}`, value]));
}

async function listening(port: number, hasEnded: () => boolean): Promise<void> {
  while (!(await accepts(port))) {
    if (hasEnded()) throw new Error("versitygw has ended at its start");
    await pause(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
