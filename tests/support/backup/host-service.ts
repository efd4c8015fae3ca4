// A service of the host in Kansas City, run as systemd runs it, on a made-up host below a folder.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot, nobody, unprivileged } from "../../../tools/unprivileged.ts";
import type { FakeHost } from "../fake-host.ts";
import type { Outcome } from "./bench.ts";
import { finish } from "./pod-on-host.ts";

interface HostService {
  readonly host: FakeHost;
  /** Name of the unit. */
  readonly name: string;
  /** For what systemd makes for the service. */
  readonly folder: string;
  /** Where programs are. */
  readonly path: string;
  /** What cannot be as on a real host, by variable. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the service's command with its environment file and what systemd makes for it, as somebody who is not root. */
export function runService({ host, name, folder, path, environment }: HostService): Promise<Outcome> {
  // The made-up host's chown does nothing.
  if (isRoot()) execFileSync("chown", ["-R", `${nobody.uid}:${nobody.gid}`, host.root]);
  const unit = host.file(`etc/systemd/system/${name}.service`) ?? "";
  const told = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1] ?? "";
  const runtime = join(folder, "run");
  const credentials = join(folder, "credentials");
  const tailnet = join(folder, "tailnet");
  for (const one of [runtime, credentials, tailnet]) mkdirSync(one, { recursive: true });
  for (const [, credential = "", file = ""] of unit.matchAll(/^LoadCredential=(\w+):(.*)$/gm))
    writeFileSync(join(credentials, credential), host.file(file) ?? "");
  // Of the two machines of a gateway the first is away.
  const answer = "#!/bin/sh\ncase $3 in *-2) echo 127.0.0.1 ;; *) exit 1 ;; esac\n";
  writeFileSync(join(tailnet, "tailscale"), answer, { mode: 0o755 });
  const env = {
    PATH: `${tailnet}:${path}`,
    LC_ALL: "C.UTF-8",
    MASTODON_HOST_ROOT: host.root,
    RUNTIME_DIRECTORY: runtime,
    CREDENTIALS_DIRECTORY: credentials,
    ...environment,
  };
  const script = `set -a; . "${host.root}${told("EnvironmentFile")}"; set +a; exec sh "${host.root}"${told("ExecStart")}`;
  return finish(unprivileged(["/bin/sh", "-c", script]), env, host.root);
}
