// Prints shell exports that let a stock `pulumi` CLI work on the local cloud: eval "$(npm run -s local -- env)"; and clients of its
// stores trust their certificates.
import { existsSync } from "node:fs";
import { engineEnvironment } from "../engine/environment.ts";
import { shellQuote } from "../shell-quote.ts";
import { authorityFiles, trustBundle } from "../stores/authority.ts";
import { authorityFolder } from "../stores/record.ts";

/** Variables by which clients trust the local cloud's authority; nothing before the first store has made it. */
function trust(home: string): Record<string, string> {
  const folder = authorityFolder(home);
  const { certificate } = authorityFiles(folder);
  if (!existsSync(certificate)) return {};
  const everybody = trustBundle(folder);
  return {
    NODE_EXTRA_CA_CERTS: certificate,
    PGSSLROOTCERT: certificate,
    // These replace what the programs trust, so they name the machine's own authorities as well.
    AWS_CA_BUNDLE: everybody, // the AWS CLI and Amazon's libraries
    RCLONE_CA_CERT: everybody,
    SSL_CERT_FILE: everybody, // Go and OpenSSL
    CURL_CA_BUNDLE: everybody, // curl reads this one first
  };
}

/** One `export NAME='value'` a line. */
export function shellExports(home: string): string {
  return Object.entries({ ...engineEnvironment(home), ...trust(home) })
    .map(([name, value]) => `export ${name}=${shellQuote(value)}`)
    .join("\n");
}
