// Certificates of ACM: requested ones with the DNS records that prove the domain, and imported ones.
import { X509Certificate } from "node:crypto";
import { CloudError, type Context, type Failure, type Hooks, type Properties } from "../contract.ts";
import { type Behaviour, matching, oneOf } from "../declared-types.ts";
import { isUnknown, objects, text, texts } from "../shared/values.ts";
import { stableHex, stableToken } from "./identifiers.ts";
import { inUse, need } from "./lookups.ts";
import { regionalArn } from "./place.ts";
import { plain } from "../plain.ts";

const certificateType = "aws:acm/certificate:Certificate";
// A certificate of ACM is valid for 13 months (395 days). Source: ACM User Guide, "Managed certificate renewal".
const validity = 395 * 24 * 3_600_000;

const domainRule = matching(
  /^(\*\.)?([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i,
  "a domain such as example.org or *.example.org, without a dot at the end",
);

/** Classes of ACM. */
export const certificates: Readonly<Record<string, Behaviour>> = {
  Certificate: {
    rules: {
      domainName: domainRule,
      validationMethod: oneOf("DNS", "EMAIL", "HTTP"),
      keyAlgorithm: oneOf(
        "RSA_1024",
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_prime256v1",
        "EC_secp384r1",
        "EC_secp521r1",
      ),
    },
    check: sourceFailures,
    hooks: certificate(),
  },
  CertificateValidation: {
    hooks: {
      validate: needRecords,
      id: (_ctx, inputs) => plain(inputs["certificateArn"]),
      outputs: markIssued,
    },
  },
};

function certificate(): Hooks {
  return {
    id: (ctx, inputs) => {
      const hex = stableHex(32, ctx.owner, ctx.urn, ctx.now(), JSON.stringify(inputs["domainName"] ?? null));
      const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      return regionalArn(ctx, inputs, "acm", `certificate/${uuid}`);
    },
    outputs: (ctx, id, inputs, previous) => {
      if (previous) return {};
      const common = { arn: id, pendingRenewal: false, renewalSummaries: [], renewalEligibility: "INELIGIBLE" };
      return { ...common, ...(inputs["certificateBody"] === undefined ? requested(ctx, inputs) : imported(inputs)) };
    },
    guardDelete(ctx, stored) {
      const user = ctx.account
        .list("aws:cloudfront/distribution:Distribution")
        .find(({ object }) => JSON.stringify(object["viewerCertificate"] ?? "").includes(stored.id));
      if (user) throw inUse("ResourceInUseException", `certificate ${stored.id} is used by distribution ${user.id}`);
    },
  };
}

function requested(ctx: Context, inputs: Properties): Properties {
  const domain = plain(inputs["domainName"]);
  const names = [...new Set([domain, ...texts(inputs, "subjectAlternativeNames")])];
  const byDns = inputs["validationMethod"] === "DNS";
  const hosts = [...new Set(names.map((name) => name.replace(/^\*\./, "")))];
  return {
    domainValidationOptions: byDns ? names.map((name) => validationOption(ctx, name)) : [],
    keyAlgorithm: inputs["keyAlgorithm"] ?? "RSA_2048",
    notAfter: "",
    notBefore: "",
    options: inputs["options"] ?? { certificateTransparencyLoggingPreference: "ENABLED", export: "DISABLED" },
    status: "PENDING_VALIDATION",
    subjectAlternativeNames: names,
    type: "AMAZON_ISSUED",
    validationEmails: byDns ? [] : hosts.map((host) => `admin@${host}`),
  };
}

/** The CNAME record that proves a domain. A wildcard is proved by its parent's record. */
function validationOption(ctx: Context, name: string): Properties {
  const host = name.replace(/^\*\./, "");
  return {
    domainName: name,
    resourceRecordName: `_${stableHex(32, ctx.owner, host, "name")}.${host}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${stableHex(32, ctx.owner, host, "value")}.${stableToken(10, ctx.owner, host)}.acm-validations.aws.`,
  };
}

function imported(inputs: Properties): Properties {
  const parsed = readCertificate(inputs["certificateBody"]);
  const names = (parsed.subjectAltName ?? "").split(", ").flatMap((name) => /^DNS:(.+)$/.exec(name)?.[1] ?? []);
  const commonName = /^CN=(.+)$/m.exec(parsed.subject)?.[1];
  return {
    domainName: commonName ?? names[0] ?? "",
    domainValidationOptions: [],
    keyAlgorithm: inputs["keyAlgorithm"] ?? "RSA_2048",
    notAfter: new Date(parsed.validTo).toISOString(),
    notBefore: new Date(parsed.validFrom).toISOString(),
    options: inputs["options"] ?? { certificateTransparencyLoggingPreference: "DISABLED", export: "DISABLED" },
    status: "ISSUED",
    subjectAlternativeNames: names,
    type: "IMPORTED",
    validationEmails: [],
    validationMethod: "NONE",
  };
}

function readCertificate(pem: unknown): X509Certificate {
  try {
    return new X509Certificate(plain(pem));
  } catch {
    const message =
      "ValidationException: certificateBody is not a certificate in PEM; give it with its BEGIN and END lines";
    throw new CloudError("unprocessable_entity", message, "certificateBody");
  }
}

/** The real one waits for the records. Here there is no DNS, but the records must at least be the wanted ones. */
function needRecords(ctx: Context, inputs: Properties): void {
  const stored = need(ctx, "certificate", inputs["certificateArn"], "certificateArn");
  if (inputs["validationRecordFqdns"] === undefined) return;
  const given = texts(inputs, "validationRecordFqdns").map(withoutDot);
  const missing = objects(stored.object, "domainValidationOptions").find(
    ({ resourceRecordName }) => !given.includes(withoutDot(plain(resourceRecordName))),
  );
  if (!missing) return;
  const message = `missing ${plain(missing["domainName"])} DNS validation record: ${withoutDot(plain(missing["resourceRecordName"]))}; add the fqdn of that record`;
  throw new CloudError("unprocessable_entity", message, "validationRecordFqdns");
}

/** Validation issues the certificate, which is another object of the account. */
function markIssued(ctx: Context, _id: string, inputs: Properties): Properties {
  const stored = need(ctx, "certificate", inputs["certificateArn"], "certificateArn");
  if (stored.object["status"] !== "ISSUED") {
    const now = Date.parse(ctx.now());
    const dates = { notBefore: new Date(now).toISOString(), notAfter: new Date(now + validity).toISOString() };
    const issued = { status: "ISSUED", renewalEligibility: "ELIGIBLE", ...dates };
    ctx.account.put(certificateType, stored.id, { ...stored.object, ...issued });
  }
  return {};
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

/** Either ACM issues the certificate, or it is brought along. */
function sourceFailures(inputs: Properties): Failure[] {
  const [domain, key] = [inputs["domainName"], inputs["privateKey"]];
  if ((domain === undefined) === (key === undefined)) {
    const found = domain === undefined ? "neither domainName nor privateKey is" : "domainName and privateKey are both";
    return [{ property: "domainName", reason: `${found} given; give one of them` }];
  }
  if (domain === undefined)
    return inputs["certificateBody"] === undefined
      ? [{ property: "certificateBody", reason: "is missing; an imported certificate needs it beside privateKey" }]
      : [];
  const names = texts(inputs, "subjectAlternativeNames");
  const index = names.findIndex((name) => !isUnknown(name) && domainRule(name) !== undefined);
  if (index >= 0) return [{ property: `subjectAlternativeNames[${index}]`, reason: domainRule(names[index]!)! }];
  if (text(inputs, "validationMethod") ?? text(inputs, "certificateAuthorityArn") ?? inputs["validationMethod"])
    return [];
  return [{ property: "validationMethod", reason: "is missing; use DNS" }];
}
