// A copy must never be taken for the server that it was copied from, nor speak to anybody in its name.
import type { Problem } from "../../components/problem.ts";
import { secretCommand } from "../../components/shapes.ts";
import { bucketNames } from "../names.ts";
import type { Settings } from "../settings-schema.ts";
import { rule } from "./rule.ts";

/** The @-name is part of every address of a server: two servers with one name damage both for good. */
function assertCopyHasOwnNames({ staging, domains }: Pick<Settings, "staging" | "domains">): Problem[] {
  if (staging === undefined) return [];
  const { domain, web = domain } = staging.source;
  const sources = [domain, web];
  return (["local", "web", "streaming", "media"] as const)
    .filter((name) => sources.includes(domains[name]))
    .map((name) => ({
      path: `domains.${name}`,
      value: domains[name],
      message: "is the name of the server that staging.source copies; a copy needs a name of its own",
    }));
}

/** The copy's own buckets are written to; the source's is only read, with a key that can do nothing else. */
function assertCopyReadsElsewhere({
  staging,
  name,
  storage,
  backups,
  secrets,
}: Pick<Settings, "staging" | "name" | "storage" | "backups" | "secrets">): Problem[] {
  if (staging === undefined) return [];
  const own = Object.values(bucketNames({ name, storage, backups })).includes(staging.source.bucket);
  const bucket = {
    path: "staging.source.bucket",
    value: staging.source.bucket,
    message: "is a bucket of this stack; name the bucket with the production server's dumps",
  };
  const key = {
    path: "secrets.staging",
    message: `is missing: a copy needs a key that may read the dumps; run: ${secretCommand("secrets.staging.accessKeyId")}, and the same for secretAccessKey`,
  };
  return [...(own ? [bucket] : []), ...(secrets.staging === undefined ? [key] : [])];
}

/** Variables that the stack sets in a copy itself, or that would undo them. */
const decided = ["LIMITED_FEDERATION_MODE", "SMTP_DELIVERY_METHOD", "WHITELIST_MODE"];

/** Nothing runs outside the network policies of the copy, and nothing of it has production's keys. */
function assertCopySpeaksToNobody({
  staging,
  workers,
  mastodon,
  secrets,
}: Pick<Settings, "staging" | "workers" | "mastodon" | "secrets">): Problem[] {
  if (staging === undefined) return [];
  const outside = Object.keys(workers).map((name) => ({
    path: `workers.${name}`,
    message: "runs outside the cluster, where nothing keeps it from speaking to other servers; remove it from a copy",
  }));
  const variables = Object.keys(mastodon.environment)
    .filter((name) => decided.includes(name))
    .map((name) => ({
      path: `mastodon.environment.${name}`,
      value: mastodon.environment[name],
      message: "is decided by the stack in a copy; remove it",
    }));
  const keys = Object.entries(secrets.mastodon)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => ({
      path: `secrets.mastodon.${name}`,
      message: "is given, but a copy makes keys of its own; remove it",
    }));
  return [...outside, ...variables, ...keys];
}

export const stagingRules = [
  rule(["staging", "domains"], assertCopyHasOwnNames),
  rule(["staging", "name", "storage", "backups", "secrets"], assertCopyReadsElsewhere),
  rule(["staging", "workers", "mastodon", "secrets"], assertCopySpeaksToNobody),
];
