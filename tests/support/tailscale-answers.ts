// Tailscale's own recorded answers to policies, see tests/data/tailscale-saas-goldens.md.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { policyFileSchema } from "../../components/tailnet/evaluator/policy-file.ts";
import { projectRoot } from "../stacks.ts";

const filterSchema = z.object({
  SrcIPs: z.array(z.string()),
  IPProto: z.array(z.int()).optional(),
  DstPorts: z.array(z.object({ IP: z.string(), Ports: z.object({ First: z.int(), Last: z.int() }) })).optional(),
  CapGrant: z
    .array(z.object({ Dsts: z.array(z.string()), CapMap: z.record(z.string(), z.array(z.json()).nullable()) }))
    .optional(),
});

const sshSchema = z.object({
  principals: z.array(z.object({ nodeIP: z.string() })),
  sshUsers: z.record(z.string(), z.string()),
  action: z.object({ accept: z.boolean().optional(), holdAndDelegate: z.string().optional() }),
});

const answerSchema = z.object({
  id: z.string(),
  apiCode: z.int(),
  apiBody: z.object({ message: z.string() }).nullable(),
  policy: z.preprocess(withoutNulls, policyFileSchema),
  topology: z.object({
    users: z.array(z.object({ name: z.string(), email: z.string() })),
    nodes: z.record(
      z.string(),
      z.object({ tags: z.array(z.string()), ipv4: z.string(), ipv6: z.string(), user: z.string().optional() }),
    ),
  }),
  filters: z.record(z.string(), z.array(filterSchema).nullable()).nullable(),
  ssh: z.record(z.string(), z.array(sshSchema).nullable()).optional(),
});

const answersSchema = z.object({
  policytest: z.array(answerSchema),
  sshtest: z.array(answerSchema),
  grants: z.array(answerSchema),
  acl: z.array(answerSchema),
});

export type Answer = z.infer<typeof answerSchema>;
export type Filter = z.infer<typeof filterSchema>;

/** Reads and unpacks all answers, about half a second. */
export function tailscaleAnswers(): z.infer<typeof answersSchema> {
  const packed = readFileSync(resolve(projectRoot, "tests/data/tailscale-saas-goldens.json.gz"));
  return answersSchema.parse(JSON.parse(gunzipSync(packed).toString()));
}

/** The recordings write an absent section as null. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}
