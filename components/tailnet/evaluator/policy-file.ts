// The shape of a Tailscale policy file: its sections and their fields. What the values mean is judged elsewhere.
import { z } from "zod";

const texts = z.array(z.string());

const grantSchema = z.strictObject({
  src: texts,
  dst: texts,
  ip: texts.optional(),
  app: z.record(z.string(), z.array(z.json()).nullable()).optional(),
  srcPosture: texts.optional(),
  via: texts.optional(),
});

const aclSchema = z.strictObject({
  action: z.string(),
  src: texts,
  dst: texts,
  proto: z.string().optional(),
  srcPosture: texts.optional(),
});

const sshRuleSchema = z.strictObject({
  action: z.string(),
  src: texts,
  dst: texts,
  users: texts,
  checkPeriod: z.string().optional(),
  acceptEnv: texts.optional(),
  srcPosture: texts.optional(),
});

const policyTestSchema = z.strictObject({
  src: z.string().optional(),
  proto: z.string().optional(),
  accept: texts.optional(),
  deny: texts.optional(),
  srcPostureAttrs: z.record(z.string(), z.json()).optional(),
});

const sshTestSchema = z.strictObject({
  src: z.string(),
  dst: texts,
  accept: texts.optional(),
  check: texts.optional(),
  deny: texts.optional(),
  srcPostureAttrs: z.record(z.string(), z.json()).optional(),
});

const lists = z.record(z.string(), texts);

/** Tailscale's sections (tailscale.com/docs/reference/syntax/policy-file, April 2026). Those that no rule here reads are taken as they are. */
export const policyFileSchema = z.strictObject({
  grants: z.array(grantSchema).optional(),
  acls: z.array(aclSchema).optional(),
  groups: lists.optional(),
  hosts: z.record(z.string(), z.string()).optional(),
  tagOwners: lists.optional(),
  ssh: z.array(sshRuleSchema).optional(),
  tests: z.array(policyTestSchema).optional(),
  sshTests: z.array(sshTestSchema).optional(),
  autoApprovers: z
    .strictObject({ routes: lists.optional(), exitNode: texts.optional(), services: lists.optional() })
    .optional(),
  nodeAttrs: z
    .array(
      z.strictObject({ target: texts, attr: texts.optional(), app: z.json().optional(), ipPool: texts.optional() }),
    )
    .optional(),
  postures: lists.optional(),
  defaultSrcPosture: texts.optional(),
  ipsets: z.json().optional(),
  attrConfig: z.json().optional(),
  derpMap: z.json().optional(),
  disableIPv4: z.boolean().optional(),
  oneCGNATRoute: z.string().optional(),
  randomizeClientPort: z.boolean().optional(),
});

/** A policy file that has the right shape. */
export type PolicyFile = z.infer<typeof policyFileSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type Acl = z.infer<typeof aclSchema>;
export type SshRule = z.infer<typeof sshRuleSchema>;
export type PolicyTest = z.infer<typeof policyTestSchema>;
export type SshTest = z.infer<typeof sshTestSchema>;

/** What is wrong with a policy, and where: `grants[0].src[1]`. */
export interface PolicyProblem {
  readonly path: string;
  readonly message: string;
}
