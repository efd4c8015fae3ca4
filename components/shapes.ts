// The string and number shapes that settings are made of: each refuses with what is right and an example.
import { domainToASCII } from "node:url";
import { Address4 } from "ip-address";
import { z } from "zod";
import { Secret } from "../src/secret.ts";
import { dropletSizes, nearestSizes } from "./kubernetes/droplet-sizes.ts";
import { isPrivateRange } from "./network/ranges.ts";
import { type RegionalProduct, regionRefusal, regionsWith } from "./regions.ts";

const oneOf = (values: readonly string[]): string => `is not allowed; take one of: ${values.join(", ")}`;

const regionSchema = (...needed: readonly RegionalProduct[]) =>
  z.enum(regionsWith(...needed), { error: ({ input }) => regionRefusal(input, needed) });

/** A region for the cluster and the databases. */
export const computeRegionSchema = regionSchema("kubernetes", "postgresql", "valkey");

/** A region for droplets: any. */
export const dropletRegionSchema = regionSchema();

/** A region for Spaces buckets. */
export const spacesRegionSchema = regionSchema("spaces");

/** AWS regions with SES, where S3 is too (docs.aws.amazon.com, SES endpoints and quotas, 2026). */
const awsRegions = [
  ...(["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"] as const),
  ...(["eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3"] as const),
  ...([
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
  ] as const),
  ...(["af-south-1", "il-central-1", "me-south-1"] as const),
] as const;

/** An AWS region. */
export const awsRegionSchema = z.enum(awsRegions, { error: oneOf(awsRegions) });

/** Lower-case letters, digits and hyphens: the common ground of all DigitalOcean names. */
export const nameSchema = z.string().regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, {
  error: "must be 3 to 40 lower-case letters, digits and hyphens, starting with a letter, for example social",
});

/** A fully qualified host name without a trailing dot. */
export const hostnameSchema = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/, {
    error: ({ input }) => `must be a lower-case host name such as social.example, ${hostnameHint(String(input))}`,
  });

/** DNS and certificates know internationalised names in their ASCII form only. */
function hostnameHint(name: string): string {
  const ascii = /[^\p{ASCII}]/u.test(name) ? domainToASCII(name) : "";
  return ascii === "" ? "without scheme and trailing dot" : `in its ASCII form: ${ascii}`;
}

/** A Spaces or S3 bucket: no dots, because they break TLS on virtual hosts (facts/peers D4.9). */
export const bucketNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
  error: "must be 3 to 63 lower-case letters, digits and hyphens, without dots, for example social-media",
});

/** An IPv4 network in CIDR notation whose host bits are zero. */
export const cidrSchema = z.string().refine(isNetwork, {
  error: "must be an IPv4 network in CIDR notation with no host bits set, for example 10.116.0.0/20",
});

function isNetwork(text: string): boolean {
  if (!text.includes("/") || !Address4.isValid(text)) return false;
  const network = new Address4(text);
  return network.startAddress().correctForm() === network.correctForm();
}

/** Ranges that nobody routes on the internet (RFC 1918). */
/** A network as above that lies in private address space. DigitalOcean takes no other for VPCs and clusters. */
export const privateCidrSchema = cidrSchema.refine((range) => !isNetwork(range) || isPrivateRange(range), {
  error: "must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16: DigitalOcean takes private ranges only",
});

/** How many leading bits a network fixes: 16 for `10.20.0.0/16`. */
export function prefixLength(range: string): number {
  return Number(range.split("/")[1]);
}

/** The slug of a droplet size that is known: plans need its CPU, memory and price. */
export const dropletSizeSchema = z.enum([...dropletSizes().keys()], {
  error: ({ input }) =>
    `is no known droplet size; near it: ${nearestSizes(String(input)).join(", ")}; a size that is newer than this list goes into components/kubernetes/droplet-sizes.json`,
});

/** A managed database size slug. */
export const databaseSizeSchema = z
  .string()
  .regex(/^(db|gd|m|so1_5)-[a-z0-9-]+$/, { error: "must be a database size slug such as db-s-2vcpu-4gb" });

/** When the platform may work on something, in UTC. */
export const maintenanceSchema = z.strictObject({
  day: z
    .enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], {
      error: "must be a day of the week in lower case, for example tuesday",
    })
    .default("tuesday"),
  hour: z
    .string()
    .regex(/^([01]\d|2[0-3]):00$/, { error: "must be a full hour in UTC, for example 07:00" })
    .default("07:00")
    .describe("UTC; 07:00 is the quietest hour of a North American server"),
});

/** Mail addresses, each once. */
export const mailAddressesSchema = z
  .array(z.email({ error: "must be a mail address" }))
  .refine((addresses) => new Set(addresses.map((address) => address.toLowerCase())).size === addresses.length, {
    error: "must name each address once",
  });

/** Time to live of a DNS record. DigitalOcean takes 30 s and more. */
export const ttlSchema = z.int().min(30, { error: "must be at least 30 seconds" }).max(86_400);

/** A container image that says which one of its name. @param example what to write */
export const imageSchema = (example: string) =>
  z.string().regex(/[:@]/, { error: `must carry a tag or a digest, for example ${example}` });

/** A secret that is an address to send to. */
export const httpsForm = { form: /^https:\/\/[^\s/]+\S*$/, what: "an address that begins with https://" } as const;

/**
 * A secret at `path` of the stack's settings, for example `secrets.aws.accessKeyId`.
 * @param expected what its text has to look like. @default - anything
 */
export function secretSchema(
  path: string,
  expected?: { readonly form: RegExp; readonly what: string },
): z.ZodType<Secret> {
  return z
    .instanceof(Secret, { error: (issue) => secretMessage(path, issue.input) })
    .refine((secret) => expected === undefined || secret.fits(expected.form), {
      error: `is not ${expected?.what ?? "usable"}; run: ${secretCommand(path)}`,
    })
    .meta({ description: `secret; set it with: ${secretCommand(path)}`, secret: true });
}

function secretMessage(path: string, input: unknown): string {
  const command = `run: ${secretCommand(path)}`;
  return input === undefined ? `is missing; ${command}` : `is in plain text, but must be encrypted; ${command}`;
}

/** The command that sets a secret; `path` is the setting's, without the project's name. */
export function secretCommand(path: string): string {
  return `pulumi config set --secret --path mastodon:${path}`;
}

/**
 * A day such as 2026-12-24. Written without quotation marks it is a moment to Pulumi's YAML, which hands it over as
 * `2026-12-24 00:00:00 +0000 UTC` (seen with the engine 3.270).
 */
export const dateSchema = z
  .string({ error: "must be a date such as 2026-12-24" })
  .transform((text) => text.replace(/ 00:00:00 \+0000 UTC$/, ""))
  .pipe(z.iso.date({ error: "must be a date such as 2026-12-24" }));
