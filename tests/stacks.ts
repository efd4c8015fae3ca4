// The committed stack files as tests read them, with the secrets that production stacks leave out.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Secret } from "../src/secret.ts";
import { readStackFile, type RawSettings } from "../src/stack-file.ts";

export const projectRoot = resolve(import.meta.dirname, "..");

export const stackNames = ["prod", "shop", "local"] as const;
export type StackName = (typeof stackNames)[number];

const read = (name: string): string => readFileSync(resolve(projectRoot, name), "utf8");

/** A stack's settings as its file has them. */
export function stackFile(stack: StackName): RawSettings {
  return readStackFile(read("Pulumi.yaml"), read(`Pulumi.${stack}.yaml`));
}

/**
 * The production stack with nothing that grows: each workload at its usual number of pods, no connection shared, nothing measured or backed up. For
 * tests whose sums should be small.
 */
export function fixedStack(): RawSettings {
  const { metrics: _metrics, autoscaling: _autoscaling, mastodon: _mastodon, ...rest } = stackFile("prod");
  return {
    ...rest,
    backups: { immutable: { bucket: "social-example-immutable" } },
    database: { postgresql: { size: "db-s-4vcpu-8gb", nodes: 2 } },
  };
}

/** Made for tests; opens nothing that anybody has. */
const drillIdentity = "AGE-SECRET-KEY-18AJWWM82SSZ54ZLPRNS7GPP9NH2AUDNW9QN665GUZM7CFW6HXTLQPQNF6V";

/** What an operator would set before the first preview. */
export const credentials = {
  digitalocean: {
    main: {
      token: new Secret("do-main-token"),
      spacesAccessKeyId: new Secret("do-spaces-key-id"),
      spacesSecretAccessKey: new Secret("do-spaces-secret-key"),
    },
    queues: { token: new Secret("do-queues-token") },
  },
  tailscale: { clientId: new Secret("ts-client-id"), clientSecret: new Secret("ts-client-secret") },
  aws: { accessKeyId: new Secret("aws-key-id"), secretAccessKey: new Secret("aws-secret-key") },
  backups: { drillIdentity: new Secret(drillIdentity) },
};

/** Settings with those credentials. */
export function withSecrets(raw: RawSettings): RawSettings {
  return { ...raw, secrets: credentials };
}
