// VPCs, cloud firewalls, load balancers, reserved addresses: how they behave in an account.
import { isPrivateRange, rangesOverlap } from "../../../components/network/ranges.ts";
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { isObject, number, objects, text, texts } from "../shared/values.ts";
import { prefixLength } from "./addresses.ts";
import { objectsOf, refuseWhileUsed, requireBelow, requireFree, requireParent, tokenOf } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { publicAddress } from "./secrets.ts";

/** Which properties place an object into a VPC. */
const vpcMembers = [
  ["KubernetesCluster", "vpcUuid"],
  ["DatabaseCluster", "privateNetworkUuid"],
  ["DatabaseReplica", "privateNetworkUuid"],
  ["Droplet", "vpcUuid"],
  ["LoadBalancer", "vpcUuid"],
] as const;

/** A VPC's range: private, /16 to /28, and apart from every other one of the account. */
function requireFreeRange(ctx: Context, range: string, previous?: StoredObject): void {
  const bits = prefixLength(range);
  if (!isPrivateRange(range) || bits < 16 || bits > 28)
    throw new CloudError(
      "unprocessable_entity",
      `${range} must be a private range from /16 to /28, for example 10.20.0.0/16`,
      "ipRange",
    );
  const other = objectsOf(ctx, "Vpc").find(
    ({ id, object }) => id !== previous?.id && rangesOverlap(range, text(object, "ipRange") ?? "0.0.0.0/32"),
  );
  if (other)
    throw new CloudError(
      "unprocessable_entity",
      `${range} overlaps ${text(other.object, "ipRange")} of VPC ${text(other.object, "name")}; choose another range`,
      "ipRange",
    );
}

function freeRange(ctx: Context): string {
  const taken = objectsOf(ctx, "Vpc").map(({ object }) => text(object, "ipRange") ?? "0.0.0.0/32");
  for (let block = 100; block < 256; block += 1) {
    const range = `10.${block}.0.0/20`;
    if (!taken.some((other) => rangesOverlap(range, other))) return range;
  }
  throw new CloudError("unprocessable_entity", "no private range is left; give an ipRange", "ipRange");
}

const vpc: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a VPC", text(inputs, "region"));
    const name = text(inputs, "name") ?? "";
    if (!/^[a-zA-Z0-9\-.]+$/.test(name))
      throw new CloudError("unprocessable_entity", `${name} may have letters, digits, dashes and dots only`, "name");
    requireFree(ctx, "Vpc", "name", inputs, previous);
    const range = text(inputs, "ipRange");
    if (range) requireFreeRange(ctx, range, previous);
  },
  outputs: (ctx, id, inputs, previous) => ({
    ipRange: text(inputs, "ipRange") ?? text(previous?.object ?? {}, "ipRange") ?? freeRange(ctx),
    vpcUrn: `do:vpc:${id}`,
    default: false,
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
  }),
  guardDelete: (ctx, { id }) => refuseWhileUsed(ctx, "VPC", vpcMembers, id),
};

/** Limits of a cloud firewall (API reference, August 2026). */
const firewallLimits = { rules: 50, droplets: 10, tags: 5 };

const firewall: Hooks = {
  validate(ctx, inputs, previous) {
    requireFree(ctx, "Firewall", "name", inputs, previous);
    const rules = [...objects(inputs, "inboundRules"), ...objects(inputs, "outboundRules")];
    const portless = rules.find((rule) => rule["protocol"] !== "icmp" && rule["portRange"] === undefined);
    if (portless)
      throw new CloudError(
        "unprocessable_entity",
        'a tcp or udp rule needs a portRange; "all" opens every port',
        "portRange",
      );
    const droplets = Array.isArray(inputs["dropletIds"]) ? inputs["dropletIds"] : [];
    const over =
      rules.length > firewallLimits.rules ||
      droplets.length > firewallLimits.droplets ||
      texts(inputs, "tags").length > firewallLimits.tags;
    if (over)
      throw new CloudError(
        "unprocessable_entity",
        "a firewall takes 50 rules, 10 Droplets and 5 tags; use a tag for more Droplets",
      );
    for (const droplet of droplets) requireParent(ctx, "Droplet", String(Number(droplet)), "dropletIds");
  },
  outputs: (ctx, _id, _inputs, previous) => ({
    status: "succeeded",
    pendingChanges: [],
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
  }),
};

const loadBalancer: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a load balancer", text(inputs, "region"));
    requireFree(ctx, "LoadBalancer", "name", inputs, previous);
    requireParent(ctx, "Vpc", text(inputs, "vpcUuid"), "vpcUuid");
    for (const rule of objects(inputs, "forwardingRules"))
      requireParent(ctx, "Certificate", text(rule, "certificateName"), "forwardingRules.certificateName");
  },
  outputs(ctx, id, _inputs, previous): Properties {
    const old = previous?.object ?? {};
    const ip = text(old, "ip") ?? publicAddress(ctx.account.nextNumber("public-address"));
    return {
      loadBalancerUrn: `do:loadbalancer:${id}`,
      ip,
      ipv6: "",
      status: "active",
      type: text(_inputs, "type") ?? "REGIONAL",
    };
  },
};

/** Reserved addresses are named by themselves. */
const reservedIp: Hooks = {
  validate(ctx, inputs) {
    requireRegion("a reserved IP", text(inputs, "region"));
    requireParent(ctx, "Droplet", number(inputs, "dropletId")?.toString(), "dropletId");
  },
  id: (ctx) => publicAddress(ctx.account.nextNumber("public-address")),
  outputs: (_ctx, id) => ({ ipAddress: id, reservedIpUrn: `do:reservedip:${id}` }),
  guardDelete: (ctx, { id }) => refuseWhileUsed(ctx, "reserved IP", [["ReservedIpAssignment", "ipAddress"]], id),
};

const reservedIpAssignment: Hooks = {
  validate(ctx, inputs) {
    requireParent(ctx, "ReservedIp", text(inputs, "ipAddress"), "ipAddress");
    requireParent(ctx, "Droplet", number(inputs, "dropletId")?.toString(), "dropletId");
  },
  id: (ctx, inputs) =>
    `${number(inputs, "dropletId")}-${text(inputs, "ipAddress")}-${ctx.account.nextNumber("assignment")}`,
};

const vpcPeering: Hooks = {
  validate(ctx, inputs, previous) {
    requireFree(ctx, "VpcPeering", "name", inputs, previous);
    for (const id of texts(inputs, "vpcIds")) requireParent(ctx, "Vpc", id, "vpcIds");
  },
  outputs: (ctx, _id, _inputs, previous) => ({
    status: "ACTIVE",
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
  }),
};

const vpcNatGateway: Hooks = {
  validate(ctx, inputs) {
    for (const one of objects(inputs, "vpcs")) requireParent(ctx, "Vpc", text(one, "vpcUuid"), "vpcs.vpcUuid");
    requireBelow(10, objectsOf(ctx, "VpcNatGateway").length, "NAT gateways");
  },
  outputs: (ctx, _id, _inputs, previous) => ({
    state: "ACTIVE",
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
    updatedAt: ctx.now(),
    egresses: previous?.object["egresses"] ?? [
      { publicGateways: [{ ipv4: publicAddress(ctx.account.nextNumber("public-address")) }] },
    ],
  }),
};

/** True when any load balancer's rules name the certificate. */
export function loadBalancerWithCertificate(ctx: Context, name: string): StoredObject | undefined {
  return ctx.account
    .list(tokenOf("LoadBalancer"))
    .find(({ object }) =>
      objects(object, "forwardingRules").some((rule) => isObject(rule) && rule["certificateName"] === name),
    );
}

/** Hooks by class name. */
export const networkHooks: Readonly<Record<string, Hooks>> = {
  Vpc: vpc,
  VpcPeering: vpcPeering,
  VpcNatGateway: vpcNatGateway,
  Firewall: firewall,
  LoadBalancer: loadBalancer,
  ReservedIp: reservedIp,
  ReservedIpAssignment: reservedIpAssignment,
};
