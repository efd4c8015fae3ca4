// Rules that no single component can hold: they are checked on every resource that the program registers.
import { imagesIn } from "./images.ts";
import type { Policy, PolicyContext, Registration } from "./registration.ts";

/** What holds data or identity: losing one of these cannot be undone by running the program again. */
export const statefulTypes: ReadonlySet<string> = new Set([
  "aws:s3/bucket:Bucket",
  "aws:route53/zone:Zone",
  "digitalocean:index/databaseCluster:DatabaseCluster",
  "digitalocean:index/databaseDb:DatabaseDb",
  "digitalocean:index/domain:Domain",
  "digitalocean:index/kubernetesCluster:KubernetesCluster",
  "digitalocean:index/spacesBucket:SpacesBucket",
  "digitalocean:index/vpc:Vpc",
  // Generated once: another value makes encrypted columns unreadable, logs everybody out, or ends push subscriptions.
  "random:index/randomBytes:RandomBytes",
  "random:index/randomPassword:RandomPassword",
  "tailscale:index/acl:Acl",
  "tls:index/privateKey:PrivateKey",
]);

/** Types whose region has a default at the provider, which is nobody's intention (facts/peers D4.9). */
const regionalTypes: ReadonlySet<string> = new Set([
  "digitalocean:index/databaseCluster:DatabaseCluster",
  "digitalocean:index/droplet:Droplet",
  "digitalocean:index/kubernetesCluster:KubernetesCluster",
  "digitalocean:index/spacesBucket:SpacesBucket",
  "digitalocean:index/spacesBucketObject:SpacesBucketObject",
  "digitalocean:index/vpc:Vpc",
]);

const secretWord = /(PASSWORD|PASSWD|SECRET|PRIVATE_KEY|ACCESS_KEY|TOKEN)/i;

const statefulIsProtected: Policy = {
  name: "stateful-is-protected",
  check: ({ type, name, protect }, context) => {
    if (!statefulTypes.has(type)) return undefined;
    const wanted = context.protect && !context.unprotect.includes(name);
    if ((protect ?? false) === wanted) return undefined;
    return wanted ? "holds data and must be registered with protect" : "must follow the setting protect";
  },
};

const imageIsPinned: Policy = {
  name: "image-is-pinned",
  check: ({ inputs }) => {
    const loose = imagesIn(inputs).filter((image) => !isPinned(image));
    return loose.length === 0 ? undefined : `runs ${loose.join(", ")}; give each image a fixed tag or a digest`;
  },
};

function isPinned(image: string): boolean {
  const tag = image.slice(image.lastIndexOf("/") + 1);
  return image.includes("@sha256:") || (tag.includes(":") && !tag.endsWith(":latest"));
}

const configMapHoldsNoSecret: Policy = {
  name: "config-map-holds-no-secret",
  check: ({ type, inputs }) => {
    if (type !== "kubernetes:core/v1:ConfigMap") return undefined;
    const data = inputs["data"];
    const keys =
      typeof data === "object" && data !== null ? Object.keys(data).filter((key) => secretWord.test(key)) : [];
    return keys.length === 0 ? undefined : `holds ${keys.join(", ")} in a ConfigMap, which is not secret; use a Secret`;
  },
};

const regionIsExplicit: Policy = {
  name: "region-is-explicit",
  check: ({ type, inputs }) =>
    regionalTypes.has(type) && inputs["region"] === undefined ? "has no region; set it" : undefined,
};

const hasComponentParent: Policy = {
  name: "has-component-parent",
  check: ({ type, custom, hasComponentParent: parented }) =>
    custom && !type.startsWith("pulumi:") && !parented
      ? "is not part of a component; give it `parent: this`"
      : undefined,
};

const componentTokenIsOurs: Policy = {
  name: "component-token",
  check: ({ type, custom }) =>
    custom || type.startsWith("pulumi:") || /^mastodon:[a-z]+:[A-Z][A-Za-z]+$/.test(type)
      ? undefined
      : "has a type that is not mastodon:<subject>:<Class>",
};

/** A public bucket lists everything in it, files that nobody was shown included; single objects are public instead. */
const bucketIsNotListed: Policy = {
  name: "bucket-is-not-listed",
  check: ({ type, inputs }) =>
    type === "digitalocean:index/spacesBucket:SpacesBucket" && inputs["acl"] === "public-read"
      ? "would be listed to everybody; give it the ACL private"
      : undefined,
};

/** Keys with grants and bucket policies exclude each other in a whole account (docs.digitalocean.com, Spaces limits, 25 Sep 2025). */
const grantsNotPolicies: Policy = {
  name: "grants-not-policies",
  check: ({ type }) =>
    type === "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy"
      ? "excludes keys with grants for single buckets; give the consumer a key instead"
      : undefined,
};

const keyOpensOneBucket: Policy = {
  name: "key-opens-one-bucket",
  check: ({ type, inputs }) => {
    if (type !== "digitalocean:index/spacesKey:SpacesKey") return undefined;
    const grants: unknown = inputs["grants"];
    const narrow = Array.isArray(grants) && grants.length === 1 && !opensEverything(grants[0]);
    return narrow ? undefined : "must have one grant, read or readwrite, for one bucket";
  },
};

function opensEverything(grant: unknown): boolean {
  if (typeof grant !== "object" || grant === null) return false; // not known yet
  return Reflect.get(grant, "permission") === "fullaccess" || Reflect.get(grant, "bucket") === "";
}

/** All rules. */
const policies: readonly Policy[] = [
  statefulIsProtected,
  imageIsPinned,
  configMapHoldsNoSecret,
  regionIsExplicit,
  hasComponentParent,
  componentTokenIsOurs,
  bucketIsNotListed,
  grantsNotPolicies,
  keyOpensOneBucket,
];

/** Everything that is wrong with one registration, each with the rule's name. */
export function violations(registration: Registration, context: PolicyContext): string[] {
  return policies.flatMap(({ name, check }) => {
    const message = check(registration, context);
    return message === undefined ? [] : [`${registration.type} ${registration.name} ${message} (policy ${name})`];
  });
}
