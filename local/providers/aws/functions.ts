// Functions of the aws package that programs may invoke.
import { CloudError, type Facts, type InvokeFunction, type Properties } from "../contract.ts";
import { text } from "../shared/values.ts";
import { accountId, type Place, regionOf } from "./place.ts";
import { policyDocument } from "./policy-function.ts";
import { plain } from "../plain.ts";

// Policies that CloudFront keeps in every account. Source: CloudFront Developer Guide, "Use managed … policies".
const managed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  getCachePolicy: {
    "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "Managed-CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
  },
  getOriginRequestPolicy: {
    "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "Managed-CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
    "Managed-CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "Managed-UserAgentRefererHeaders": "acba4595-bd28-49b8-b9fe-13317c0390fa",
  },
  getResponseHeadersPolicy: {
    "Managed-CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "Managed-CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "Managed-CORS-with-preflight-and-SecurityHeadersPolicy": "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    "Managed-SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "Managed-SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
  },
};

type Run = InvokeFunction["run"];

const runs: Readonly<Record<string, Run>> = {
  "aws:cloudfront/getCachePolicy:getCachePolicy": namedPolicy("getCachePolicy", "cachePolicy:CachePolicy"),
  "aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy": namedPolicy(
    "getOriginRequestPolicy",
    "originRequestPolicy:OriginRequestPolicy",
  ),
  "aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy": namedPolicy(
    "getResponseHeadersPolicy",
    "responseHeadersPolicy:ResponseHeadersPolicy",
  ),
  "aws:iam/getPolicyDocument:getPolicyDocument": async (_ctx, args) => policyDocument(args),
  "aws:index/getCallerIdentity:getCallerIdentity": async () => ({
    accountId,
    arn: `arn:aws:iam::${accountId}:user/local`,
    id: accountId,
    userId: "AIDALOCALCLOUDOPERATOR",
  }),
  "aws:index/getPartition:getPartition": async () => ({
    dnsSuffix: "amazonaws.com",
    id: "aws",
    partition: "aws",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": async (ctx, args) => region(ctx, args),
  "aws:route53/getZone:getZone": async (ctx, args) => zone(ctx, args),
};

/** The functions, with the facts of their arguments. */
export function functionsWith(factsOf: (token: string) => Facts): Readonly<Record<string, InvokeFunction>> {
  return Object.fromEntries(Object.entries(runs).map(([token, run]) => [token, { facts: factsOf(token), run }]));
}

function region(ctx: Place, args: Properties): Properties {
  const name = regionOf(ctx, { region: args["region"] ?? args["name"] ?? null });
  return { description: name, endpoint: `ec2.${name}.amazonaws.com`, id: name, name, region: name };
}

function namedPolicy(functionName: string, type: string): Run {
  return async (ctx, args) => {
    const [name, id] = [text(args, "name"), text(args, "id")];
    const known = Object.entries(managed[functionName]!).find((entry) => entry[0] === name || entry[1] === id);
    if (known) return { ...args, name: known[0], id: known[1] };
    const own = ctx.account
      .list(`aws:cloudfront/${type}`)
      .find((stored) => stored.id === id || stored.object["name"] === name);
    if (own) return { ...own.object, id: own.id };
    throw notFound(functionName, name ?? id, Object.keys(managed[functionName]!));
  };
}

function zone(ctx: Place, args: Properties): Properties {
  const [name, id] = [text(args, "name")?.replace(/\.$/, ""), text(args, "zoneId")];
  const zones = ctx.account.list("aws:route53/zone:Zone");
  const found = zones.find((stored) => (id === undefined ? stored.object["name"] === name : stored.id === id));
  if (!found)
    throw notFound(
      "getZone",
      name ?? id,
      zones.map(({ object }) => plain(object["name"])),
    );
  return { ...found.object, id: found.id, privateZone: false };
}

function notFound(name: string, given: string | undefined, known: readonly string[]): CloudError {
  const message = `${name} finds no ${JSON.stringify(given ?? null)} in this account; there are: ${known.join(", ") || "none"}`;
  return new CloudError("not_found", message, "name");
}
