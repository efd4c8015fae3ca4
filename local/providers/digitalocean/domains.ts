// Zones, records, certificates and the CDN: how they hang together in an account.
import { createHash, randomUUID } from "node:crypto";
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, text, texts } from "../shared/values.ts";
import { isIpv4, isIpv6 } from "./addresses.ts";
import { objectsOf, refuseWhileUsed, requireFree, requireParent, tokenOf } from "./guards.ts";
import { loadBalancerWithCertificate } from "./network.ts";

/** What a record gets when no time to live is given. */
const defaultTtl = 1800;
/** The API refuses less, although the plugin lets it pass. */
const lowestTtl = 30;

const domain: Hooks = {
  validate(ctx, inputs, previous) {
    requireFree(ctx, "Domain", "name", inputs, previous, ctx.account.everywhere(tokenOf("Domain")));
  },
  id: (_ctx, inputs) => text(inputs, "name") ?? "",
  outputs: (_ctx, id) => ({ domainUrn: `do:domain:${id}`, ttl: defaultTtl }),
  removed(ctx, { id }) {
    // A zone takes its records with it.
    for (const record of objectsOf(ctx, "DnsRecord"))
      if (record.object["domain"] === id) ctx.account.remove(record.type, record.id);
  },
};

const withHostValue = new Set(["CNAME", "MX", "NS", "SRV", "CAA"]);

function requireRecordValue(type: string, value: string, inputs: Properties): void {
  const wrong = (what: string) =>
    new CloudError("unprocessable_entity", `${value} must be ${what} in a record of type ${type}`, "value");
  if (type === "A" && !isIpv4(value)) throw wrong("an IPv4 address");
  if (type === "AAAA" && !isIpv6(value)) throw wrong("an IPv6 address");
  const isHost = withHostValue.has(type) && inputs["tag"] !== "iodef";
  if (isHost && value !== "@" && !value.endsWith(".")) throw wrong("a full name that ends with a dot");
}

function requireCompanions(type: string, inputs: Properties): void {
  const needs = { MX: ["priority"], SRV: ["priority", "weight", "port"], CAA: ["flags", "tag"] }[type] ?? [];
  const missing = needs.find((property) => inputs[property] === undefined);
  if (missing) throw new CloudError("unprocessable_entity", `is required in a record of type ${type}`, missing);
}

function requireFreeRecordName(ctx: Context, inputs: Properties, previous?: StoredObject): void {
  const twins = objectsOf(ctx, "DnsRecord").filter(
    ({ id, object }) =>
      id !== previous?.id && object["domain"] === inputs["domain"] && object["name"] === inputs["name"],
  );
  const clash = twins.find(({ object }) => object["type"] === "CNAME" || inputs["type"] === "CNAME");
  if (clash)
    throw new CloudError(
      "unprocessable_entity",
      `${text(inputs, "name")} has a record of type ${text(clash.object, "type")}; a CNAME must be alone at its name`,
      "name",
    );
  if (twins.some(({ object }) => object["type"] === inputs["type"] && object["value"] === inputs["value"]))
    throw new CloudError(
      "unprocessable_entity",
      `${text(inputs, "name")} has the same record already; delete one of them`,
      "value",
    );
}

const dnsRecord: Hooks = {
  validate(ctx, inputs, previous) {
    requireParent(ctx, "Domain", text(inputs, "domain"), "domain");
    const type = text(inputs, "type") ?? "";
    requireRecordValue(type, text(inputs, "value") ?? "", inputs);
    requireCompanions(type, inputs);
    const ttl = number(inputs, "ttl");
    if (ttl !== undefined && ttl < lowestTtl)
      throw new CloudError("unprocessable_entity", `${ttl} must be at least ${lowestTtl} seconds`, "ttl");
    requireFreeRecordName(ctx, inputs, previous);
  },
  id: (ctx) => String(300_000_000 + ctx.account.nextNumber("record")),
  outputs(_ctx, _id, inputs): Properties {
    const name = text(inputs, "name") ?? "@";
    const zone = text(inputs, "domain") ?? "";
    return { fqdn: name === "@" ? zone : `${name}.${zone}`, ttl: number(inputs, "ttl") ?? defaultTtl };
  },
  importId: (_ctx, id) => id.split(",").at(-1) ?? id,
};

/** Let's Encrypt certificates live ninety days. */
const certificateDays = 90;

function requireZone(ctx: Context, name: string): void {
  const host = name.replace(/^\*\./, "");
  const zone = objectsOf(ctx, "Domain").find(({ id }) => host === id || host.endsWith(`.${id}`));
  if (zone) return;
  throw new CloudError(
    "unprocessable_entity",
    `${name} is in no zone of this account; Let's Encrypt needs the zone at DigitalOcean, create the Domain first`,
    "domains",
  );
}

const certificate: Hooks = {
  validate(ctx, inputs, previous) {
    requireFree(ctx, "Certificate", "name", inputs, previous);
    const managed = inputs["type"] === "lets_encrypt";
    const missing = (managed ? ["domains"] : ["privateKey", "leafCertificate"]).find(
      (property) => inputs[property] === undefined,
    );
    if (missing)
      throw new CloudError(
        "unprocessable_entity",
        `is required for a certificate of type ${text(inputs, "type") ?? "custom"}`,
        missing,
      );
    if (managed) for (const name of texts(inputs, "domains")) requireZone(ctx, name);
  },
  // The name and not the uuid: a renewal changes the uuid.
  id: (_ctx, inputs) => text(inputs, "name") ?? "",
  outputs(_ctx, id): Properties {
    const uuid = randomUUID();
    const notAfter = new Date(Date.now() + certificateDays * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
    return {
      uuid,
      notAfter,
      state: "verified",
      sha1Fingerprint: createHash("sha1")
        .update(id + uuid)
        .digest("hex"),
    };
  },
  guardDelete(ctx, { id }) {
    refuseWhileUsed(ctx, "certificate", [["Cdn", "certificateName"]], id);
    const balancer = loadBalancerWithCertificate(ctx, id);
    if (balancer)
      throw new CloudError(
        "forbidden",
        `certificate ${id} is in use by LoadBalancer ${text(balancer.object, "name")}; change its rules first`,
      );
  },
};

/** How long a CDN may keep content, in seconds (API reference, August 2026). */
const cdnTtls = [60, 600, 3600, 86_400, 604_800];

const cdn: Hooks = {
  validate(ctx, inputs, previous) {
    const origin = text(inputs, "origin") ?? "";
    const bucket = /^([^.]+)\.([^.]+)\.digitaloceanspaces\.com$/.exec(origin);
    if (!bucket)
      throw new CloudError("unprocessable_entity", `${origin} must be BUCKET.REGION.digitaloceanspaces.com`, "origin");
    requireParent(ctx, "SpacesBucket", bucket[1], "origin");
    requireFree(ctx, "Cdn", "origin", inputs, previous);
    const ttl = number(inputs, "ttl") ?? 0;
    if (ttl !== 0 && !cdnTtls.includes(ttl))
      throw new CloudError("unprocessable_entity", `${ttl} must be one of ${cdnTtls.join(", ")} seconds`, "ttl");
    const custom = text(inputs, "customDomain");
    if (custom && !text(inputs, "certificateName") && !text(inputs, "certificateId"))
      throw new CloudError(
        "unprocessable_entity",
        `${custom} needs a certificate; give certificateName`,
        "customDomain",
      );
    requireParent(ctx, "Certificate", text(inputs, "certificateName"), "certificateName");
  },
  outputs(ctx, _id, inputs, previous): Properties {
    const name = text(inputs, "certificateName");
    const found = name === undefined ? undefined : ctx.account.get(tokenOf("Certificate"), name);
    const ttl = number(inputs, "ttl") ?? 0;
    return {
      endpoint: (text(inputs, "origin") ?? "").replace(/\.digitaloceanspaces\.com$/, ".cdn.digitaloceanspaces.com"),
      createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
      certificateId: text(found?.object ?? {}, "uuid") ?? "",
      certificateName: name ?? "",
      ttl: ttl === 0 ? 3600 : ttl,
    };
  },
};

/** Hooks by class name. */
export const domainHooks: Readonly<Record<string, Hooks>> = {
  Domain: domain,
  DnsRecord: dnsRecord,
  Certificate: certificate,
  Cdn: cdn,
};
