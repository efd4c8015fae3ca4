// The operator's own records: the zone is kept as code, so whatever else belongs in it must stand in the settings.
import { z } from "zod";
import { hostnameSchema, ttlSchema } from "../shapes.ts";
import type { RecordPlan } from "./records.ts";

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

const nameSchema = z
  .string()
  .max(253)
  .regex(new RegExp(`^(@|(\\*\\.)?${label}(\\.${label})*)$`), {
    error: "must be relative to the zone: @ for the zone itself, or for example mail, *.people or _imaps._tcp",
  });

/** Targets may have underscores, which host names of services may not. */
const targetSchema = z
  .string()
  .max(253)
  .regex(new RegExp(`^(${label}\\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$`), {
    error: "must be a whole lower-case host name without a trailing dot, for example mx.example.org",
  });

const sixteenBits = z.int().min(0).max(65_535);
const common = { name: nameSchema, ttl: ttlSchema.optional() };

const textSchema = z
  .string()
  .min(1)
  .max(4000, { error: "must be at most 4000 characters" })
  .regex(/^[\u0020-\u007e]+$/, { error: "must be printable ASCII; quotation marks around it are not part of it" });

/** One record of the operator's, as strict as its type. */
const extraRecordSchema = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("A"), ...common, value: z.ipv4({ error: "must be an IPv4 address" }) }),
    z.strictObject({ type: z.literal("AAAA"), ...common, value: z.ipv6({ error: "must be an IPv6 address" }) }),
    z.strictObject({ type: z.literal("CNAME"), ...common, value: targetSchema }),
    z.strictObject({ type: z.literal("MX"), ...common, value: targetSchema, priority: sixteenBits }),
    z.strictObject({ type: z.literal("NS"), ...common, value: hostnameSchema }),
    z.strictObject({
      type: z.literal("SRV"),
      ...common,
      value: targetSchema,
      priority: sixteenBits,
      weight: sixteenBits,
      port: sixteenBits,
    }),
    z.strictObject({ type: z.literal("TXT"), ...common, value: textSchema }),
  ],
  { error: "must have a type, one of: A, AAAA, CNAME, MX, NS, SRV, TXT" },
);

/** By a name of the operator's choice, which is part of the resource's name: a list would renumber what follows a removed one. */
export const extraRecordsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, {
      error: "must be lower-case letters, digits and hyphens, for example mailbox-provider",
    }),
    extraRecordSchema,
  )
  .default({});

type ExtraRecords = z.infer<typeof extraRecordsSchema>;

const withHostValue: ReadonlySet<string> = new Set(["CNAME", "MX", "NS", "SRV"]);

/** Key of an extra record among all records. */
export function extraRecordKey(name: string): string {
  return `extra-${name}`;
}

/** The operator's records as plans, in the order of the settings. */
export function extraRecordPlans<Value>(extra: ExtraRecords): RecordPlan<Value>[] {
  return Object.entries(extra).map(([name, record]) => ({
    key: extraRecordKey(name),
    ...record,
    value: withHostValue.has(record.type) ? `${record.value}.` : record.value,
  }));
}
