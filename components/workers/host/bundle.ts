// The join bundle: one script that carries its files, brings a host into service and takes it out again.
import { hostProgram } from "./files.ts";

/** Files by the names that the host's program looks for. */
export interface BundleFiles {
  readonly "worker.conf": string;
  readonly "sidekiq.env": string;
  readonly "database-ca.crt": string;
  /** Only where the host has to join the tailnet by it; a droplet has joined on its first boot. */
  readonly "tailnet-key"?: string;
}

const programFile = "mastodon-worker";

/** No line of a file is this; {@link joinBundle} sees to it. */
const end = "END-OF-FILE-7d0f2a";

/** POSIX shell. It also works from standard input: `sh -s up < bundle.sh`. */
export function joinBundle(worker: string, files: BundleFiles): string {
  const packed = Object.entries({ [programFile]: hostProgram, ...files }).map(([name, text]) => pack(name, text));
  return `#!/bin/sh
# Brings a Debian or Ubuntu host into service as the queue worker ${worker}: sh bundle.sh up. Takes it out again: sh bundle.sh down.
# It holds secrets of the server: remove it from the host afterwards.
set -eu
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${packed.join("")}sh "$folder/${programFile}" "\${1:-up}" "$folder"
`;
}

function pack(name: string, text: string): string {
  if (text.split("\n").includes(end)) throw new Error(`the file ${name} of a worker holds the line ${end}`);
  return `cat >"$folder/${name}" <<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}\n`;
}
