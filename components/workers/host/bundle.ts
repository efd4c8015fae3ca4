// The join bundle: one script that carries its files, brings a host into service and takes it out again.
import { hostBundle } from "../../host/bundle.ts";
import { hostProgram } from "./files.ts";

/** Files by the names that the host's program looks for. */
export interface BundleFiles {
  readonly "worker.conf": string;
  readonly "sidekiq.env": string;
  readonly "database-ca.crt": string;
  /** Only where the host has to join the tailnet by it; a droplet has joined on its first boot. */
  readonly "tailnet-key"?: string;
}

const program = "mastodon-worker";

/** POSIX shell. It also works from standard input: `sh -s up < bundle.sh`. */
export function joinBundle(worker: string, files: BundleFiles): string {
  const about = `Brings a Debian or Ubuntu host into service as the queue worker ${worker}: sh bundle.sh up. Takes it out again: sh bundle.sh down.`;
  return hostBundle({ about, program, files: { [program]: hostProgram, ...files } });
}
