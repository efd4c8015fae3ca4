// Which resources of a state are lost, or are to be set aside: one database cluster with its members, or everything in a region.
import { isRecord } from "../plain.ts";
import { nameOf, type SavedResource, type SavedState } from "./deployment.ts";

/** Where a resource stands, for types whose `region` names their place. Amazon's regions have other names. */
function regionOf({ outputs, inputs }: SavedResource): string | undefined {
  const region = outputs?.["region"] ?? inputs?.["region"];
  return typeof region === "string" ? region : undefined;
}

/**
 * What stands on the seeds: their members, the providers that are told of them, all objects of those, and their components. What merely reads a value
 * of theirs, such as a record or an alarm, stays and gets the new one.
 */
function standingOn(state: SavedState, seeds: readonly SavedResource[]): Set<string> {
  const all = state.deployment.resources;
  const lost = new Set(seeds.map(({ urn }) => urn));
  const ids = new Set(seeds.flatMap(({ id }) => id ?? []));
  for (let before = -1; before < lost.size;) {
    before = lost.size;
    for (const resource of all) {
      if (lost.has(resource.urn) || !standsOn(resource, lost, ids)) continue;
      lost.add(resource.urn);
    }
  }
  return lost;
}

function standsOn(resource: SavedResource, lost: ReadonlySet<string>, ids: ReadonlySet<string>): boolean {
  const { type, provider, dependencies, inputs } = resource;
  // `urn::id`, where the id is the provider's own.
  if (provider !== undefined && lost.has(provider.split("::").slice(0, -1).join("::"))) return true;
  if (type === "pulumi:providers:kubernetes") return (dependencies ?? []).some((urn) => lost.has(urn));
  const owner = inputs?.["clusterId"];
  return typeof owner === "string" && ids.has(owner);
}

/** The PostgreSQL cluster with its database, users, pools and rules; the replica too. */
export function postgresqlOf(state: SavedState): Set<string> {
  const cluster = state.deployment.resources.filter(
    ({ type, urn }) =>
      type === "digitalocean:index/databaseCluster:DatabaseCluster" && nameOf(urn) === "postgresql-cluster",
  );
  return withReplica(state, cluster);
}

/** A replica's firewall names it by its `uuid`, which is no id. */
function withReplica(state: SavedState, seeds: readonly SavedResource[]): Set<string> {
  const lost = standingOn(state, seeds);
  const replicas = state.deployment.resources.filter(
    ({ type, urn }) => type === "digitalocean:index/databaseReplica:DatabaseReplica" && lost.has(urn),
  );
  const uuids = new Set(replicas.map(({ outputs }) => outputs?.["uuid"]));
  for (const { urn, inputs } of state.deployment.resources)
    if (inputs?.["clusterId"] !== undefined && uuids.has(inputs["clusterId"])) lost.add(urn);
  return lost;
}

/** Everything of DigitalOcean's in a region, and everything in the cluster there. Buckets of the region are in it only where `buckets` says so. */
export function inRegion(state: SavedState, region: string): Set<string> {
  const seeds = state.deployment.resources.filter(
    (resource) => resource.type.startsWith("digitalocean:") && !isBucket(resource) && regionOf(resource) === region,
  );
  return withReplica(state, seeds);
}

/**
 * Records that point at something of it: the last that changes. All others stay as they are anyway, and certificates wait for some of them.
 * @param lost as above
 */
export function recordsOn(state: SavedState, lost: ReadonlySet<string>): string[] {
  const types = ["digitalocean:index/dnsRecord:DnsRecord", "aws:route53/record:Record"];
  return state.deployment.resources
    .filter(({ type, dependencies }) => types.includes(type) && (dependencies ?? []).some((urn) => lost.has(urn)))
    .map(({ urn }) => urn);
}

function isBucket({ type }: SavedResource): boolean {
  return type.startsWith("digitalocean:index/spaces");
}

/** Words for people about what is set aside: type, logical name, id. Components and providers are left out. */
export function asideLines(state: SavedState, aside: ReadonlySet<string>): string[] {
  return state.deployment.resources
    .filter(({ urn, type }) => aside.has(urn) && type.startsWith("digitalocean:") && isBilled(type))
    .map(({ urn, type, id, outputs }) => {
      const name = isRecord(outputs) && typeof outputs["name"] === "string" ? outputs["name"] : nameOf(urn);
      return `${type.split(":").at(-1) ?? type} ${name} (${id ?? "no id"})`;
    });
}

const billed = new Set(["DatabaseCluster", "DatabaseReplica", "KubernetesCluster", "KubernetesNodePool", "Droplet"]);

function isBilled(type: string): boolean {
  return billed.has(type.split(":").at(-1) ?? "");
}
