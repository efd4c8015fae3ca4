// How Tailscale's objects behave: singletons of a tailnet, keys that are shown once, what the service fills in.
import { randomInt } from "node:crypto";
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, text, texts } from "../shared/values.ts";
import { keptPolicy } from "./kept-policy.ts";

/** Ninety days: the longest life of an auth key, and what it gets when no expiry is given. */
const defaultExpirySeconds = 7_776_000;

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function letters(count: number): string {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/** Ids of keys look like `kAbc123XYZ11CNTRL`. */
function keyId(): string {
  return `k${letters(11)}CNTRL`;
}

/** There is one per tailnet: a second resource of the type would fight with the first. */
const singleton: Hooks = {
  validate(ctx, _inputs, previous) {
    const [other] = previous ? [] : ctx.account.list(ctx.type);
    if (!other) return;
    throw new CloudError(
      "conflict",
      `a tailnet has one of these, and this tailnet's is managed already (${other.id}); keep one resource`,
    );
  },
};

/** Every tag must have an owner in the policy, or the control plane answers 400. */
function requireOwnedTags(ctx: Context, tags: readonly string[], property: string): void {
  const [policy] = ctx.account.list("tailscale:index/acl:Acl");
  const known = text(policy?.object ?? {}, "acl");
  if (known === undefined) return; // the tailnet's default policy is not modelled; the first `up` may create keys before it
  const missing = tags.find((tag) => !known.includes(`"${tag}"`));
  if (missing)
    throw new CloudError(
      "unprocessable_entity",
      `${missing} has no owner in the tailnet's policy; add it to tagOwners first`,
      property,
    );
}

function requireTags(ctx: Context, inputs: Properties): void {
  const scopes = texts(inputs, "scopes").filter((scope) => /^(devices:core|auth_keys)$/.test(scope));
  if (scopes.length > 0 && texts(inputs, "tags").length === 0)
    throw new CloudError(
      "unprocessable_entity",
      `scope ${scopes.join(", ")} needs tags; name the tags that may be assigned`,
      "tags",
    );
  requireOwnedTags(ctx, texts(inputs, "tags"), "tags");
}

const trustCredential = (secret: boolean): Hooks => ({
  validate: (ctx, inputs) => requireTags(ctx, inputs),
  id: keyId,
  outputs: (ctx, id, inputs, previous) => ({
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
    updatedAt: ctx.now(),
    userId: "",
    ...(secret && { key: text(previous?.object ?? {}, "key") ?? `tskey-client-${id}-${letters(32)}` }),
    ...(!secret && { audience: text(inputs, "audience") ?? `api.tailscale.com/${id}` }),
  }),
});

const tailnetKey: Hooks = {
  validate: (ctx, inputs) => requireOwnedTags(ctx, texts(inputs, "tags"), "tags"),
  id: keyId,
  outputs(ctx, id, inputs, previous): Properties {
    const expiry = number(inputs, "expiry") ?? defaultExpirySeconds;
    if (previous) return { expiry: previous.object["expiry"] ?? expiry };
    const created = ctx.now();
    const expiresAt = new Date(Date.parse(created) + expiry * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    return {
      key: `tskey-auth-${id}-${letters(32)}`,
      createdAt: created,
      expiresAt,
      expiry,
      invalid: false,
      userId: "",
    };
  },
  refresh: (ctx, _id, state) => {
    const expired = Date.parse(text(state, "expiresAt") ?? "") <= Date.parse(ctx.now());
    return Promise.resolve({ invalid: expired });
  },
};

const settings: Hooks = {
  ...singleton,
  id: () => "singleton",
  outputs: (_ctx, _id, inputs, previous?: StoredObject) => ({ ...settingsDefaults, ...previous?.object, ...inputs }),
};

/** What a new tailnet has (https://tailscale.com/api#tag/tailnetsettings, 2026). */
const settingsDefaults: Properties = {
  aclsExternallyManagedOn: false,
  aclsExternalLink: "",
  devicesApprovalOn: false,
  devicesAutoUpdatesOn: false,
  devicesKeyDurationDays: 180,
  httpsEnabled: false,
  networkFlowLoggingOn: false,
  postureIdentityCollectionOn: false,
  regionalRoutingOn: false,
  usersApprovalOn: false,
  usersRoleAllowedToJoinExternalTailnet: "admin",
};

/** The object is named by one of its properties, and two resources cannot manage the same. */
function namedBy(property: string): Hooks {
  return { id: (_ctx, inputs) => text(inputs, property) ?? letters(8) };
}

const webhook: Hooks = {
  outputs: (_ctx, _id, _inputs, previous) => ({
    secret: text(previous?.object ?? {}, "secret") ?? `tskey-webhook-${letters(32)}`,
  }),
};

const service: Hooks = {
  ...namedBy("name"),
  outputs: (ctx, _id, _inputs, previous) => ({
    addrs: previous?.object["addrs"] ?? [`100.100.${ctx.account.nextNumber("vip") % 256}.1`],
  }),
};

const hooks: Readonly<Record<string, Hooks>> = {
  "acl:Acl": keptPolicy(singleton),
  "awsExternalId:AwsExternalId": {
    outputs: () => ({ externalId: letters(24), tailscaleAwsAccountId: "000000000000" }),
  },
  "contacts:Contacts": singleton,
  "deviceAuthorization:DeviceAuthorization": namedBy("deviceId"),
  "deviceKey:DeviceKey": namedBy("deviceId"),
  "deviceSubnetRoutes:DeviceSubnetRoutes": namedBy("deviceId"),
  "deviceTags:DeviceTags": namedBy("deviceId"),
  "dnsConfiguration:DnsConfiguration": singleton,
  "dnsNameservers:DnsNameservers": singleton,
  "dnsPreferences:DnsPreferences": singleton,
  "dnsSearchPaths:DnsSearchPaths": singleton,
  "dnsSplitNameservers:DnsSplitNameservers": namedBy("domain"),
  "federatedIdentity:FederatedIdentity": trustCredential(false),
  "logstreamConfiguration:LogstreamConfiguration": namedBy("logType"),
  "oauthClient:OauthClient": trustCredential(true),
  "service:Service": service,
  "tailnetKey:TailnetKey": tailnetKey,
  "tailnetSettings:TailnetSettings": settings,
  "webhook:Webhook": webhook,
};

/** Hooks of a type; none for those that only keep what they are given. */
export function hooksOf(token: string): Hooks | undefined {
  return hooks[token.replace("tailscale:index/", "")];
}
