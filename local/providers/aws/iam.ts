// Users, groups, roles and access keys of IAM.
import { CloudError, type Context, type Failure, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { type Behaviour, between, matching, oneOf } from "../declared-types.ts";
import { text, texts } from "../shared/values.ts";
import { iamId, secretAccessKey } from "./identifiers.ts";
import { having, inUse, need, refuseTaken } from "./lookups.ts";
import { policiesOf } from "./iam-policies.ts";
import { globalArn, regionOf } from "./place.ts";
import { policyRule } from "./policy-document.ts";
import { sesSmtpPassword } from "../../../components/mail/smtp-password.ts";
import { plain } from "../plain.ts";

// Source: IAM API Reference (CreateUser: 64 characters), and IAM quotas: two access keys a user.
const nameRule = matching(/^[\w+=,.@-]{1,64}$/, "a name of 1 to 64 letters, digits and +=,.@-_");
const pathRule = matching(/^\/([\x21-\x7e]+\/)?$/, "a path such as / or /mail/, which begins and ends with a slash");
const accessKeysPerUser = 2;

const accessKeyType = "aws:iam/accessKey:AccessKey";

/** What users, groups and roles have in common. Their id is their first name; a later one does not change it. */
function principal(word: "group" | "role" | "user", letters: "AGPA" | "AIDA" | "AROA"): Hooks {
  return {
    validate: (ctx, inputs, previous) => refuseTaken(ctx, "EntityAlreadyExists", "name", inputs["name"], previous),
    id: (_ctx, inputs) => plain(inputs["name"]),
    outputs: (ctx, _id, inputs, previous) => ({
      arn: globalArn("iam", `${word}${plain(inputs["path"] ?? "/")}${plain(inputs["name"])}`),
      uniqueId: previous?.object["uniqueId"] ?? iamId(letters),
      ...(word === "role" ? { createDate: previous?.object["createDate"] ?? ctx.now() } : {}),
    }),
    guardDelete: (ctx, stored) => refuseHeld(ctx, word, stored),
  };
}

const naming: Behaviour = {
  autoName: { property: "name", maxLength: 64 },
  rules: { name: nameRule, path: pathRule },
};

const user = principal("user", "AIDA");

/** Principals and keys by class name. */
export const principals: Readonly<Record<string, Behaviour>> = {
  AccessKey: { hooks: accessKey(), rules: { status: oneOf("Active", "Inactive") }, check: refusePgp },
  Group: { ...naming, hooks: principal("group", "AGPA") },
  GroupMembership: {
    autoName: { property: "name" },
    hooks: {
      validate(ctx, inputs) {
        need(ctx, "group", inputs["group"], "group");
        for (const name of texts(inputs, "users")) need(ctx, "user", name, "users");
      },
      id: (_ctx, inputs) => plain(inputs["name"]),
    },
  },
  Role: {
    ...naming,
    // Source: IAM API Reference, CreateRole, MaxSessionDuration (seconds).
    rules: { ...naming.rules, assumeRolePolicy: policyRule("trust"), maxSessionDuration: between(3600, 43_200) },
    hooks: principal("role", "AROA"),
  },
  User: {
    ...naming,
    hooks: {
      ...user,
      guardDelete(ctx, stored) {
        refuseKeys(ctx, stored);
        user.guardDelete?.(ctx, stored);
      },
      removed(ctx, stored) {
        for (const { id } of having(ctx, accessKeyType, "user", userName(stored)))
          ctx.account.remove(accessKeyType, id);
      },
    },
  },
  UserGroupMembership: {
    hooks: {
      validate(ctx, inputs) {
        need(ctx, "user", inputs["user"], "user");
        for (const name of texts(inputs, "groups")) need(ctx, "group", name, "groups");
      },
    },
  },
};

function accessKey(): Hooks {
  return {
    validate(ctx, inputs, previous) {
      need(ctx, "user", inputs["user"], "user");
      if (!previous) refuseThirdKey(ctx, plain(inputs["user"]));
    },
    id: () => iamId("AKIA"),
    outputs(ctx, _id, inputs, previous): Properties {
      if (previous) return {};
      const secret = secretAccessKey();
      return {
        createDate: ctx.now(),
        secret,
        sesSmtpPasswordV4: sesSmtpPassword(secret, regionOf(ctx, inputs)),
      };
    },
  };
}

function refuseThirdKey(ctx: Context, name: string): void {
  if (having(ctx, accessKeyType, "user", name).length < accessKeysPerUser) return;
  const message = `LimitExceeded: user ${name} has ${accessKeysPerUser} access keys already, the most that AWS allows; delete one first`;
  throw new CloudError("conflict", message, "user");
}

function refusePgp(inputs: Properties): Failure[] {
  if (inputs["pgpKey"] === undefined) return [];
  return [
    { property: "pgpKey", reason: "encrypted keys are not emulated; leave it out, the secret is a Pulumi secret" },
  ];
}

function userName(stored: StoredObject): string {
  return text(stored.object, "name") ?? stored.id;
}

function refuseKeys(ctx: Context, stored: StoredObject): void {
  const count = having(ctx, accessKeyType, "user", userName(stored)).length;
  if (count === 0 || stored.object["forceDestroy"] === true) return;
  throw inUse(
    "DeleteConflict",
    `user ${userName(stored)} has ${count} access key(s); delete them first, or set forceDestroy (and run an update)`,
  );
}

function refuseHeld(ctx: Context, word: "group" | "role" | "user", stored: StoredObject): void {
  const name = userName(stored);
  const held = policiesOf(ctx, word, name);
  if (held.length === 0 || stored.object["forceDetachPolicies"] === true) return;
  throw inUse("DeleteConflict", `${word} ${name} has ${held.length} policy or policies; delete or detach them first`);
}
