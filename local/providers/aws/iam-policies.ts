// Policies of IAM: managed ones, their attachments, and ones that belong to one user, group or role.
import { CloudError, type Context, type Hooks, type Properties, type StoredObject, type Value } from "../contract.ts";
import { type Behaviour, documentText, matching } from "../declared-types.ts";
import { staying } from "../shared/real-buckets.ts";
import { text, texts } from "../shared/values.ts";
import { iamId } from "./identifiers.ts";
import { having, inUse, need, refuseTaken } from "./lookups.ts";
import { globalArn } from "./place.ts";
import { policyRule } from "./policy-document.ts";
import { plain } from "../plain.ts";

/** What may hold a policy. */
type Holder = "group" | "role" | "user";

const holders = ["group", "role", "user"] as const;
const nameRule = matching(/^[\w+=,.@-]{1,128}$/, "a name of 1 to 128 letters, digits and +=,.@-_");
const policyType = "aws:iam/policy:Policy";
// Policies that AWS itself keeps in every account.
const awsPolicy = /^arn:aws:iam::aws:policy\//;

/** Policies and attachments by class name. */
export const policies: Readonly<Record<string, Behaviour>> = {
  ...Object.fromEntries(holders.flatMap((holder) => [attachment(holder), inlinePolicy(holder)])),
  Policy: {
    autoName: { property: "name", maxLength: 128 },
    rules: { name: nameRule, policy: policyRule("identity") },
    hooks: {
      validate: (ctx, inputs, previous) => refuseTaken(ctx, "EntityAlreadyExists", "name", inputs["name"], previous),
      id: (_ctx, inputs) => policyArn(inputs),
      outputs: (ctx, id, inputs, previous) => ({
        arn: id,
        attachmentCount: attachmentsOf(ctx, id).length,
        policy: documentText(inputs["policy"]),
        policyId: previous?.object["policyId"] ?? iamId("ANPA"),
      }),
      refresh: async (ctx, id) => ({ attachmentCount: attachmentsOf(ctx, id).length }),
      guardDelete: refuseAttached,
    },
  },
};

/** Every policy that a user, group or role holds, of its own or attached. */
export function policiesOf(ctx: Context, holder: Holder, name: string): StoredObject[] {
  return [token(holder, "Policy"), token(holder, "PolicyAttachment")].flatMap((type) =>
    having(ctx, type, holder, name),
  );
}

/** The texts of all policies that a user holds, of its own, attached, or by a group; those of Amazon's own are not known here. */
export function policyDocuments(ctx: Pick<Context, "account">, owner: string, user: string): (Value | undefined)[] {
  const all = (type: string) => staying(ctx.account.everywhere(type).filter((one) => one.owner === owner));
  const groups = [
    ...all("aws:iam/groupMembership:GroupMembership")
      .filter(({ object }) => texts(object, "users").includes(user))
      .map(({ object }) => text(object, "group")),
    ...all("aws:iam/userGroupMembership:UserGroupMembership")
      .filter(({ object }) => object["user"] === user)
      .flatMap(({ object }) => texts(object, "groups")),
  ];
  const held = (holder: Holder, suffix: "Policy" | "PolicyAttachment") =>
    all(token(holder, suffix)).filter(({ object }) =>
      holder === "user" ? object["user"] === user : groups.includes(text(object, "group")),
    );
  const attached = [...held("user", "PolicyAttachment"), ...held("group", "PolicyAttachment")];
  const managed = all(policyType).filter(({ id }) => attached.some(({ object }) => object["policyArn"] === id));
  return [...held("user", "Policy"), ...held("group", "Policy"), ...managed].map(({ object }) => object["policy"]);
}

function token(holder: Holder, suffix: "Policy" | "PolicyAttachment"): string {
  return `aws:iam/${holder}${suffix}:${className(holder, suffix)}`;
}

function className(holder: Holder, suffix: string): string {
  return `${holder[0]!.toUpperCase()}${holder.slice(1)}${suffix}`;
}

function policyArn(inputs: Properties): string {
  return globalArn("iam", `policy${plain(inputs["path"] ?? "/")}${plain(inputs["name"])}`);
}

function attachment(holder: Holder): [string, Behaviour] {
  const hooks: Hooks = {
    validate(ctx, inputs) {
      need(ctx, holder, inputs[holder], holder);
      needPolicy(ctx, inputs["policyArn"]);
    },
    // The real id ends in a number that means nothing; the ARN makes it one that can be told again.
    id: (_ctx, inputs) => `${plain(inputs[holder])}/${plain(inputs["policyArn"])}`,
  };
  return [className(holder, "PolicyAttachment"), { hooks }];
}

function inlinePolicy(holder: Holder): [string, Behaviour] {
  const hooks: Hooks = {
    validate: (ctx, inputs) => void need(ctx, holder, inputs[holder], holder),
    id: (_ctx, inputs) => `${plain(inputs[holder])}:${plain(inputs["name"])}`,
    outputs: (_ctx, _id, inputs) => ({ policy: documentText(inputs["policy"]) }),
  };
  const rules = { name: nameRule, policy: policyRule("identity") };
  return [className(holder, "Policy"), { autoName: { property: "name", maxLength: 128 }, rules, hooks }];
}

function needPolicy(ctx: Context, arn: unknown): void {
  if (typeof arn === "string" && (awsPolicy.test(arn) || ctx.account.get(policyType, arn))) return;
  const message = `NoSuchEntity: policyArn ${JSON.stringify(arn)} is no policy of this account; refer to a Policy's arn, or to one of AWS's own (arn:aws:iam::aws:policy/…)`;
  throw new CloudError("not_found", message, "policyArn");
}

function attachmentsOf(ctx: Context, arn: string): StoredObject[] {
  return holders.flatMap((holder) =>
    ctx.account.list(token(holder, "PolicyAttachment")).filter(({ object }) => text(object, "policyArn") === arn),
  );
}

function refuseAttached(ctx: Context, stored: StoredObject): void {
  const count = attachmentsOf(ctx, stored.id).length;
  if (count > 0) throw inUse("DeleteConflict", `policy ${stored.id} is attached ${count} time(s); detach it first`);
}
