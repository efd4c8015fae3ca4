// Identities of SES: domains and addresses that may send, under both versions of the API, which share them.
import { CloudError, type Context, type Hooks, type Properties, type StoredObject, type Value } from "../contract.ts";
import { type Behaviour, matching, oneOf } from "../declared-types.ts";
import { object, text } from "../shared/values.ts";
import { stableBase64, stableToken } from "./identifiers.ts";
import { find, having, need } from "./lookups.ts";
import { regionalArn, regionOf } from "./place.ts";
import { plain } from "../plain.ts";

const domainRule = matching(
  /^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i,
  "a domain such as mail.example.org, without scheme and without a dot at the end",
);
const addressRule = matching(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address such as admin@example.org");
const identityTypes = [
  ["aws:ses/domainIdentity:DomainIdentity", "domain"],
  ["aws:ses/emailIdentity:EmailIdentity", "email"],
  ["aws:sesv2/emailIdentity:EmailIdentity", "emailIdentity"],
] as const;

/** The three tokens of Easy DKIM: labels of CNAME records under `_domainkey`. The same for the same domain and account. */
function dkimTokens(ctx: Context, domain: string): string[] {
  return ["1", "2", "3"].map((number) => stableToken(32, ctx.owner, regionOf(ctx), domain, number));
}

/** An identity that other settings of SES refer to; throws when there is none of that name. */
function needIdentity(ctx: Context, name: Value | undefined, property: string): StoredObject {
  const found = identityTypes.flatMap(([type, key]) => having(ctx, type, key, plain(name)))[0];
  if (found) return found;
  const message = `NotFoundException: ${property} ${JSON.stringify(name)} is no identity of this account and region; create it first, and refer to its output`;
  throw new CloudError("not_found", message, property);
}

function identity(property: string, extra?: (ctx: Context, name: string) => Properties): Hooks {
  return {
    validate(ctx, inputs, previous) {
      if (!previous) refuseTaken(ctx, plain(inputs[property]), property);
    },
    id: (_ctx, inputs) => plain(inputs[property]),
    outputs: (ctx, id, inputs) => ({
      arn: regionalArn(ctx, inputs, "ses", `identity/${id}`),
      ...extra?.(ctx, id),
    }),
  };
}

/** A part of an identity that is a resource of its own. */
function partOf(property: string, outputs?: Hooks["outputs"]): Hooks {
  return {
    validate: (ctx, inputs) => void needIdentity(ctx, inputs[property], property),
    id: (_ctx, inputs) => plain(inputs[property]),
    ...(outputs ? { outputs } : {}),
  };
}

/** Classes of the first API. */
export const identitiesV1: Readonly<Record<string, Behaviour>> = {
  DomainDkim: {
    hooks: partOf("domain", (ctx, domain) => ({ dkimTokens: dkimTokens(ctx, domain) })),
  },
  DomainIdentity: {
    rules: { domain: domainRule },
    hooks: identity("domain", (ctx, domain) => ({ verificationToken: stableBase64(ctx.owner, regionOf(ctx), domain) })),
  },
  // The real one waits until the DNS records are seen. The local cloud has no DNS to wait for: it takes them as seen.
  DomainIdentityVerification: {
    hooks: partOf("domain", (ctx, id, inputs) => ({ arn: regionalArn(ctx, inputs, "ses", `identity/${id}`) })),
  },
  EmailIdentity: { rules: { email: addressRule }, hooks: identity("email") },
  IdentityNotificationTopic: {
    rules: { notificationType: oneOf("Bounce", "Complaint", "Delivery") },
    hooks: {
      validate(ctx, inputs) {
        needIdentity(ctx, identityName(inputs["identity"]), "identity");
        if (inputs["topicArn"] !== undefined) need(ctx, "topic", inputs["topicArn"], "topicArn");
      },
      id: (_ctx, inputs) => `${plain(inputs["identity"])}|${plain(inputs["notificationType"])}`,
    },
  },
  MailFrom: {
    rules: { mailFromDomain: domainRule, behaviorOnMxFailure: oneOf("UseDefaultValue", "RejectMessage") },
    check: (inputs) => mailFromFailures(inputs, "domain"),
    hooks: partOf("domain"),
  },
};

/** Classes of the second API. */
export const identitiesV2: Readonly<Record<string, Behaviour>> = {
  EmailIdentity: {
    rules: {
      emailIdentity: (value) =>
        domainRule(value) && addressRule(value) ? `${domainRule(value)}, nor an e-mail address` : undefined,
      "dkimSigningAttributes.nextSigningKeyLength": oneOf("RSA_1024_BIT", "RSA_2048_BIT"),
    },
    hooks: identityV2(),
  },
  EmailIdentityFeedbackAttributes: { hooks: partOf("emailIdentity") },
  EmailIdentityMailFromAttributes: {
    rules: { mailFromDomain: domainRule, behaviorOnMxFailure: oneOf("USE_DEFAULT_VALUE", "REJECT_MESSAGE") },
    check: (inputs) => mailFromFailures(inputs, "emailIdentity"),
    hooks: partOf("emailIdentity"),
  },
};

function identityV2(): Hooks {
  const base = identity("emailIdentity");
  return {
    ...base,
    validate(ctx, inputs, previous) {
      base.validate?.(ctx, inputs, previous);
      const set = inputs["configurationSetName"];
      if (set !== undefined) needConfigurationSet(ctx, set);
    },
    outputs: (ctx, id, inputs, previous) => ({
      ...base.outputs?.(ctx, id, inputs, previous),
      dkimSigningAttributes: signing(ctx, id, inputs),
      identityType: id.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN",
      verificationStatus: "SUCCESS", // as for DomainIdentityVerification: there is no DNS to wait for
      verifiedForSendingStatus: true,
    }),
  };
}

function needConfigurationSet(ctx: Context, name: Value): void {
  if (!find(ctx, "configurationSetV1", name)) need(ctx, "configurationSet", name, "configurationSetName");
}

function signing(ctx: Context, name: string, inputs: Properties): Properties {
  const given = object(inputs, "dkimSigningAttributes");
  const external = given["domainSigningSelector"] !== undefined;
  const length = given["nextSigningKeyLength"] ?? "RSA_2048_BIT";
  return {
    ...given,
    signingAttributesOrigin: external ? "EXTERNAL" : "AWS_SES",
    status: "SUCCESS",
    tokens: external ? [plain(given["domainSigningSelector"])] : dkimTokens(ctx, name),
    ...(external ? {} : { currentSigningKeyLength: length, nextSigningKeyLength: length }),
  };
}

function refuseTaken(ctx: Context, name: string, property: string): void {
  const taken = identityTypes.some(([type, key]) => having(ctx, type, key, name).length > 0);
  if (!taken) return;
  const message = `AlreadyExistsException: identity ${name} exists already in this account and region; import it with its name, or use the one there is`;
  throw new CloudError("conflict", message, property);
}

/** Settings name an identity by its name or by its ARN. */
function identityName(value: Value | undefined): string {
  return plain(value).replace(/^arn:aws:ses:.*:identity\//, "");
}

/** Source: SES Developer Guide, "Using a custom MAIL FROM domain": it must be a subdomain of the identity. */
function mailFromFailures(inputs: Properties, property: string) {
  const [own, parent] = [text(inputs, "mailFromDomain"), text(inputs, property)];
  const domain = parent?.split("@").at(-1);
  if (own === undefined || domain === undefined || own.endsWith(`.${domain}`)) return [];
  const reason = `${JSON.stringify(own)} is no subdomain of ${domain}; use for example bounce.${domain}`;
  return [{ property: "mailFromDomain", reason }];
}
