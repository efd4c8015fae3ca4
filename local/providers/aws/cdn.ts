// CloudFront: distributions, the policies they use, and access to private origins.
import { CloudError, type Context, type Failure, type Hooks, type Properties } from "../contract.ts";
import { type Behaviour, between, matching, oneOf } from "../declared-types.ts";
import { isUnknown, object, objects, text, texts } from "../shared/values.ts";
import { capitalId, distributionLabel, stableHex } from "./identifiers.ts";
import { inUse, need, refuseTaken } from "./lookups.ts";
import { globalArn } from "./place.ts";
import { plain } from "../plain.ts";

const distributionType = "aws:cloudfront/distribution:Distribution";
// The hosted zone of every distribution, for alias records. Source: Route 53 API Reference, AliasTarget.
const hostedZone = "Z2FDTNDATAQYW2";

const protocols = oneOf("allow-all", "https-only", "redirect-to-https");
const ttl = between(0);

/** What policies and functions have in common: a unique name, an ARN, a version tag. */
function policy(resource: string, newId: () => string, extra?: (ctx: Context) => Properties): Hooks {
  return {
    validate: (ctx, inputs, previous) => refuseTaken(ctx, "AlreadyExists", "name", inputs["name"], previous),
    id: newId,
    outputs: (ctx, id, inputs) => ({
      arn: globalArn("cloudfront", `${resource}/${id}`),
      etag: etagOf(inputs),
      ...extra?.(ctx),
    }),
    guardDelete(ctx, stored) {
      const user = ctx.account.list(distributionType).find(({ object: other }) => mentions(other, stored.id));
      if (user) throw inUse(`${resource}InUse`, `${stored.id} is used by distribution ${user.id}; change that first`);
    },
  };
}

const uuid = () => crypto.randomUUID();
const naming: Behaviour["autoName"] = { property: "name", maxLength: 64 };

/** Classes of CloudFront. */
export const cdn: Readonly<Record<string, Behaviour>> = {
  CachePolicy: {
    autoName: naming,
    hooks: policy("cache-policy", uuid),
    rules: { defaultTtl: ttl, maxTtl: ttl, minTtl: ttl },
  },
  Distribution: {
    rules: {
      httpVersion: oneOf("http1.1", "http2", "http2and3", "http3"),
      priceClass: oneOf("PriceClass_100", "PriceClass_200", "PriceClass_All"),
      "defaultCacheBehavior.viewerProtocolPolicy": protocols,
      "orderedCacheBehaviors.viewerProtocolPolicy": protocols,
      "origins.customOriginConfig.originProtocolPolicy": oneOf("http-only", "https-only", "match-viewer"),
      "origins.domainName": matching(/^[a-z0-9.-]+$/i, "a host name, without scheme and path"),
      "restrictions.geoRestriction.restrictionType": oneOf("blacklist", "none", "whitelist"),
      "viewerCertificate.sslSupportMethod": oneOf("sni-only", "static-ip", "vip"),
    },
    check: (inputs) => [...originFailures(inputs), ...certificateFailures(inputs)],
    hooks: distribution(),
  },
  Function: {
    autoName: naming,
    rules: { runtime: oneOf("cloudfront-js-1.0", "cloudfront-js-2.0") },
    hooks: {
      ...policy("function", uuid),
      id: (_ctx, inputs) => plain(inputs["name"]),
      outputs: (_ctx, id, inputs) => ({
        arn: globalArn("cloudfront", `function/${id}`),
        etag: etagOf(inputs),
        liveStageEtag: inputs["publish"] === false ? "" : etagOf(inputs),
        status: inputs["publish"] === false ? "UNPUBLISHED" : "UNASSOCIATED",
      }),
    },
  },
  OriginAccessControl: {
    autoName: naming,
    rules: {
      originAccessControlOriginType: oneOf("lambda", "mediapackagev2", "mediastore", "s3"),
      signingBehavior: oneOf("always", "never", "no-override"),
      signingProtocol: oneOf("sigv4"),
    },
    hooks: policy("origin-access-control", () => capitalId("E", 13)),
  },
  OriginRequestPolicy: { autoName: naming, hooks: policy("origin-request-policy", uuid) },
  ResponseHeadersPolicy: {
    autoName: naming,
    rules: {
      "securityHeadersConfig.frameOptions.frameOption": oneOf("DENY", "SAMEORIGIN"),
      "serverTimingHeadersConfig.samplingRate": between(0, 100),
    },
    hooks: policy("response-headers-policy", uuid),
  },
};

function distribution(): Hooks {
  return {
    validate(ctx, inputs, previous) {
      refuseTakenAliases(ctx, texts(inputs, "aliases"), previous?.id);
      needCertificate(ctx, text(object(inputs, "viewerCertificate"), "acmCertificateArn"));
      for (const origin of objects(inputs, "origins")) needAccessControl(ctx, origin["originAccessControlId"]);
    },
    id: () => capitalId("E", 13),
    outputs: (ctx, id, inputs, previous) => ({
      arn: globalArn("cloudfront", `distribution/${id}`),
      callerReference: previous?.object["callerReference"] ?? `local-${ctx.now()}`,
      domainName: previous?.object["domainName"] ?? `${distributionLabel()}.cloudfront.net`,
      etag: etagOf(inputs),
      hostedZoneId: hostedZone,
      inProgressValidationBatches: 0,
      lastModifiedTime: ctx.now(),
      loggingV1Enabled: inputs["loggingConfig"] !== undefined,
      status: "Deployed",
      trustedKeyGroups: [{ enabled: false, items: [] }],
      trustedSigners: [{ enabled: false, items: [] }],
    }),
  };
}

/** A host name may be an alias of one distribution only, in all of AWS. */
function refuseTakenAliases(ctx: Context, aliases: readonly string[], own: string | undefined): void {
  for (const other of ctx.account.everywhere(distributionType)) {
    const taken = aliases.find((alias) => texts(other.object, "aliases").includes(alias));
    if (taken === undefined || other.id === own) continue;
    const message = `CNAMEAlreadyExists: ${taken} is an alias of another distribution (${other.id}); take it off there first`;
    throw new CloudError("conflict", message, "aliases");
  }
}

/** CloudFront takes certificates from us-east-1 only, and only ones that were issued. */
function needCertificate(ctx: Context, arn: string | undefined): void {
  if (arn === undefined) return;
  const property = "viewerCertificate.acmCertificateArn";
  if (!arn.startsWith("arn:aws:acm:us-east-1:")) {
    const message = `InvalidViewerCertificate: ${arn} is not in us-east-1; CloudFront takes certificates from there only, so give that resource a provider (or a region) of us-east-1`;
    throw new CloudError("unprocessable_entity", message, property);
  }
  const status = need(ctx, "certificate", arn, property).object["status"];
  if (status === "ISSUED") return;
  const message = `InvalidViewerCertificate: certificate ${arn} is ${plain(status)}; refer to the certificateArn of a CertificateValidation, which waits until it is issued`;
  throw new CloudError("unprocessable_entity", message, property);
}

function needAccessControl(ctx: Context, id: unknown): void {
  if (typeof id !== "string" || id === "") return;
  if (ctx.account.get("aws:cloudfront/originAccessControl:OriginAccessControl", id)) return;
  const message = `NoSuchOriginAccessControl: ${id} is no origin access control of this account; create it first, and refer to its id`;
  throw new CloudError("not_found", message, "origins.originAccessControlId");
}

function originFailures(inputs: Properties): Failure[] {
  const origins = objects(inputs, "origins").map(({ originId }) => originId);
  if (isUnknown(inputs["origins"]) || origins.some(isUnknown)) return [];
  const behaviours = [
    ["defaultCacheBehavior", object(inputs, "defaultCacheBehavior")] as const,
    ...objects(inputs, "orderedCacheBehaviors").map(
      (item, index) => [`orderedCacheBehaviors[${index}]`, item] as const,
    ),
  ];
  return behaviours.flatMap(([path, { targetOriginId: target }]) => {
    if (target === undefined || isUnknown(target) || origins.includes(target)) return [];
    const reason = `${JSON.stringify(target)} is no originId of this distribution; use one of ${origins.map(plain).join(", ")}`;
    return [{ property: `${path}.targetOriginId`, reason }];
  });
}

function certificateFailures(inputs: Properties): Failure[] {
  if (isUnknown(inputs["viewerCertificate"])) return [];
  const certificate = object(inputs, "viewerCertificate");
  const own = ["acmCertificateArn", "iamCertificateId"].some((name) => certificate[name] !== undefined);
  if (!own && certificate["cloudfrontDefaultCertificate"] !== true) {
    const reason = "no certificate is chosen; give acmCertificateArn, or set cloudfrontDefaultCertificate";
    return [{ property: "viewerCertificate", reason }];
  }
  if (own && certificate["sslSupportMethod"] === undefined)
    return [
      {
        property: "viewerCertificate.sslSupportMethod",
        reason: "is missing; an own certificate needs it, mostly sni-only",
      },
    ];
  if (own || texts(inputs, "aliases").length === 0) return [];
  return [
    { property: "aliases", reason: "the default certificate fits no alias; give an acmCertificateArn that does" },
  ];
}

function etagOf(inputs: Properties): string {
  return `E${stableHex(13, JSON.stringify(inputs)).toUpperCase()}`;
}

function mentions(distributionState: Properties, id: string): boolean {
  return JSON.stringify(distributionState).includes(JSON.stringify(id));
}
