// A CloudFront distribution and its policies as plain provider inputs.
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CdnUse } from "../cdn.ts";

export interface CachePlan {
  /** Prefix of physical names, for example `social-cdn-media`. */
  readonly name: string;
  /** Seconds for which an edge keeps an object. */
  readonly ttl: number;
}

/**
 * What an edge keeps, and for how long. Nothing of a request but its path reaches the bucket: with a query string the bucket would answer
 * questions about itself (`?list-type=2`, `?acl`), and each one would be stored apart. The largest time is ours, not the object's, because
 * Mastodon marks media as good for ten years (`max-age=315576000`) and removed media must not stay that long.
 */
export function cachePolicy({ name, ttl }: CachePlan): aws.cloudfront.CachePolicyArgs {
  return {
    name,
    minTtl: 0,
    defaultTtl: ttl,
    maxTtl: ttl,
    parametersInCacheKeyAndForwardedToOrigin: {
      cookiesConfig: { cookieBehavior: "none" },
      // Not even `Origin`: the answer would be stored once for each site. The CORS headers come from the policy below.
      headersConfig: { headerBehavior: "none" },
      queryStringsConfig: { queryStringBehavior: "none" },
      // Both are needed for compression at the edge.
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    },
  };
}

/** Two years, as for every host that will never be without TLS. */
const hstsSeconds = 63_072_000;

/**
 * Headers that the edge adds. CORS is added here and not by the bucket, so that a stored answer to a request without `Origin` still
 * has it for the next one with it (facts/peers.md D4.2). Media is other people's files: a browser that is sent to one must neither guess its
 * type nor run anything in it (Mastodon's documentation, object storage behind a proxy).
 */
export function responseHeaders(name: string, use: CdnUse): aws.cloudfront.ResponseHeadersPolicyArgs {
  return {
    name,
    corsConfig: {
      accessControlAllowCredentials: false,
      accessControlAllowHeaders: { items: ["*"] },
      accessControlAllowMethods: { items: ["GET", "HEAD", "OPTIONS"] },
      accessControlAllowOrigins: { items: ["*"] },
      accessControlMaxAgeSec: 3600,
      originOverride: true,
    },
    securityHeadersConfig: {
      contentTypeOptions: { override: true },
      strictTransportSecurity: { accessControlMaxAgeSec: hstsSeconds, override: true },
      ...(use === "media" && {
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; form-action 'none'", override: true },
      }),
      ...(use === "docs" && {
        frameOptions: { frameOption: "DENY", override: true },
        referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: true },
      }),
    },
  };
}

export interface DistributionPlan {
  readonly use: CdnUse;
  /** All host names; the first is the one in use. */
  readonly domains: readonly string[];
  /** The bucket's host. */
  readonly origin: pulumi.Input<string>;
  readonly cachePolicyId: pulumi.Input<string>;
  readonly responseHeadersPolicyId: pulumi.Input<string>;
  /** An issued certificate of us-east-1 for all host names. */
  readonly certificateArn: pulumi.Input<string>;
  readonly priceClass: string;
  /** What `/` shows. */
  readonly rootObject: string;
  /** Function that runs before the cache is asked. */
  readonly requestFunctionArn?: pulumi.Input<string>;
}

/** Any name: a distribution has one origin. */
const originId = "bucket";

/**
 * The distribution. It asks the bucket as anybody could. There is no origin access control and no signature on purpose: signed by the
 * bucket's owner, CloudFront could read private objects as well, and objects become private exactly when Mastodon suspends an account.
 */
export function distribution(plan: DistributionPlan) {
  const { use, domains, origin, requestFunctionArn } = plan;
  return {
    enabled: true,
    comment: `${use} at ${domains[0] ?? ""}`,
    aliases: [...domains],
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    priceClass: plan.priceClass,
    // A request for `/` would otherwise ask the bucket for its list of objects.
    defaultRootObject: plan.rootObject,
    origins: [
      {
        originId,
        domainName: origin,
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: "https-only",
          originSslProtocols: ["TLSv1.2"],
          originReadTimeout: 30,
        },
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: originId,
      allowedMethods: ["GET", "HEAD", "OPTIONS"],
      cachedMethods: ["GET", "HEAD"],
      viewerProtocolPolicy: "redirect-to-https",
      compress: true,
      cachePolicyId: plan.cachePolicyId,
      responseHeadersPolicyId: plan.responseHeadersPolicyId,
      ...(requestFunctionArn !== undefined && {
        functionAssociations: [{ eventType: "viewer-request", functionArn: requestFunctionArn }],
      }),
    },
    customErrorResponses: errorResponses(use),
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: {
      acmCertificateArn: plan.certificateArn,
      sslSupportMethod: "sni-only",
      minimumProtocolVersion: "TLSv1.2_2021",
    },
  } satisfies aws.cloudfront.DistributionArgs;
}

/** A bucket that may not be listed answers 403 for what it does not have. A new object must show soon after, so errors are kept 10 s. */
function errorResponses(use: CdnUse) {
  return [403, 404].map((errorCode) => ({
    errorCode,
    errorCachingMinTtl: 10,
    ...(use === "docs" && { responseCode: 404, responsePagePath: "/404.html" }),
  }));
}

/**
 * Runs at the edge: a bucket knows objects, not folders. `/guide/` is the object `guide/index.html`; `/guide` goes to `/guide/`, so that
 * relative links work. JavaScript of CloudFront's runtime 2.0.
 */
export const folderFunction = `function handler(event) {
  var request = event.request;
  if (request.uri.endsWith("/")) {
    request.uri += "index.html";
    return request;
  }
  if (!request.uri.split("/").pop().includes(".")) {
    return { statusCode: 301, statusDescription: "Moved Permanently", headers: { location: { value: request.uri + "/" } } };
  }
  return request;
}
`;
