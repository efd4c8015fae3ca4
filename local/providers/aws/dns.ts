// Zones and records of Route 53.
import { randomInt } from "node:crypto";
import { CloudError, type Context, type Failure, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { type Behaviour, between, oneOf } from "../declared-types.ts";
import { text, texts } from "../shared/values.ts";
import { capitalId } from "./identifiers.ts";
import { inUse, need } from "./lookups.ts";
import { plain } from "../plain.ts";

const recordType = "aws:route53/record:Record";

// Source: Route 53 API Reference, ResourceRecordSet (RRType).
const types = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SPF",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
];

/** Classes of Route 53. */
export const dns: Readonly<Record<string, Behaviour>> = {
  Record: {
    rules: { type: oneOf(...types), ttl: between(0, 2_147_483_647) },
    sameValue: { name: (old, now) => plainName(old) === plainName(now) },
    check: recordFailures,
    hooks: record(),
  },
  Zone: {
    check: (inputs) =>
      inputs["name"] === undefined ? [{ property: "name", reason: "is missing; give the domain of the zone" }] : [],
    hooks: zone(),
  },
};

function zone(): Hooks {
  return {
    id: () => capitalId("Z", 20),
    outputs: (_ctx, id, inputs, previous) => {
      const nameServers = texts(previous?.object ?? {}, "nameServers");
      const servers = nameServers.length > 0 ? nameServers : newNameServers();
      return {
        arn: `arn:aws:route53:::hostedzone/${id}`,
        enableAcceleratedRecovery: inputs["enableAcceleratedRecovery"] ?? false,
        nameServers: servers,
        primaryNameServer: servers[0]!,
        zoneId: id,
      };
    },
    guardDelete(ctx, stored) {
      const count = recordsOf(ctx, stored.id).length;
      if (count === 0 || stored.object["forceDestroy"] === true) return;
      const name = plain(stored.object["name"]);
      throw inUse(
        "HostedZoneNotEmpty",
        `zone ${name} holds ${count} record(s); delete them first, or set forceDestroy (and run an update)`,
      );
    },
    removed(ctx, stored) {
      for (const { id } of recordsOf(ctx, stored.id)) ctx.account.remove(recordType, id);
    },
  };
}

function record(): Hooks {
  return {
    validate: refuseClash,
    id: (ctx, inputs) => {
      const parts = [
        plain(inputs["zoneId"]),
        fqdnOf(ctx, inputs),
        plain(inputs["type"]),
        text(inputs, "setIdentifier"),
      ];
      return parts.filter((part) => part !== undefined).join("_");
    },
    outputs: (ctx, _id, inputs) => ({ fqdn: fqdnOf(ctx, inputs), name: plainName(inputs["name"]) }),
  };
}

function recordsOf(ctx: Context, zoneId: string): StoredObject[] {
  return ctx.account.list(recordType).filter(({ object }) => object["zoneId"] === zoneId);
}

/** Names may be given whole or relative to the zone, with or without the last dot. */
function fqdnOf(ctx: Context, inputs: Properties): string {
  const zoneName = plainName(need(ctx, "zone", inputs["zoneId"], "zoneId").object["name"]);
  const name = plainName(inputs["name"]);
  if (name === "" || name === zoneName) return zoneName;
  return name.endsWith(`.${zoneName}`) ? name : `${name}.${zoneName}`;
}

function plainName(name: unknown): string {
  return plain(name ?? "")
    .replace(/\.$/, "")
    .toLowerCase();
}

function refuseClash(ctx: Context, inputs: Properties, previous?: StoredObject): void {
  const fqdn = fqdnOf(ctx, inputs);
  if (inputs["allowOverwrite"] === true) return;
  const others = recordsOf(ctx, plain(inputs["zoneId"])).filter(
    ({ id, object }) =>
      id !== previous?.id && object["fqdn"] === fqdn && object["setIdentifier"] === inputs["setIdentifier"],
  );
  const type = plain(inputs["type"]);
  const clash = others.find(({ object }) => object["type"] === type || object["type"] === "CNAME" || type === "CNAME");
  if (!clash) return;
  const message = `InvalidChangeBatch: ${fqdn} has a ${plain(clash.object["type"])} record already, so a ${type} record cannot be added; change that one, or set allowOverwrite`;
  throw new CloudError("conflict", message, "name");
}

/** A record says values with a lifetime, or points at a service of AWS. */
function recordFailures(inputs: Properties): Failure[] {
  const [values, alias] = [inputs["records"] !== undefined, inputs["aliases"] !== undefined];
  if (values === alias)
    return [
      {
        property: "records",
        reason: `${values ? "records and aliases are both" : "neither records nor aliases is"} given; give one of them`,
      },
    ];
  if (values && inputs["ttl"] === undefined)
    return [{ property: "ttl", reason: "is missing; records need it, in seconds" }];
  if (alias && inputs["ttl"] !== undefined)
    return [{ property: "ttl", reason: "an alias has the lifetime of what it points at; leave ttl out" }];
  return [];
}

/** Four name servers under four top-level domains, as Route 53 gives every zone. */
function newNameServers(): string[] {
  const suffixes = ["com", "net", "org", "co.uk"];
  return suffixes.map(
    (suffix, index) => `ns-${randomInt(512) + index * 512}.awsdns-${String(randomInt(64)).padStart(2, "0")}.${suffix}`,
  );
}
