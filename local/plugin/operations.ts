// Create, Read, Update, Delete over the account: faults first, then the type's own rules, then what is real behind the object.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account, Operation } from "../account/index.ts";
import { CloudError, type Context, type Created, type Properties, type ResourceType } from "../providers/contract.ts";
import { keptOutputs, withDefaults } from "../providers/shared/state.ts";
import { isInternalKey, presentProperties } from "../providers/shared/values.ts";

/** One resource under work. */
export interface Subject {
  readonly type: ResourceType;
  readonly context: Context;
  readonly provider: string;
  readonly account: () => Account;
}

/** Creates the object. After an error of the type's own work nothing is left behind. */
export async function create(subject: Subject, inputs: Properties): Promise<Created> {
  const { type, context } = subject;
  const answer = await meetFault(subject, "create");
  const created = inTransaction(subject, () => insert(subject, inputs));
  try {
    const more = await type.hooks?.start?.(context, created.id, created.state);
    if (more) Object.assign(created.state, more);
    if (more) store(subject, created.id, created.state);
  } catch (error) {
    forget(subject, created.id);
    throw error;
  }
  answer();
  return { id: created.id, state: presentProperties(created.state) };
}

function insert(subject: Subject, given: Properties): Created {
  const { type, context } = subject;
  const inputs = withDefaults(type.facts, given);
  type.hooks?.validate?.(context, inputs);
  const id = type.hooks?.id?.(context, inputs) ?? randomUUID();
  if (type.stored !== false && context.account.get(type.token, id))
    throw new CloudError("conflict", `${id} exists already; choose another name, or import it with \`pulumi import\``);
  const state = { ...inputs, ...type.hooks?.outputs?.(context, id, inputs) };
  store(subject, id, state);
  return { id, state };
}

/** Reads the object as it is now; `undefined` when it is gone. `known` is what Pulumi remembers, for types that store nothing. */
export async function read(subject: Subject, givenId: string, known: Properties): Promise<Created | undefined> {
  const { type, context } = subject;
  const answer = await meetFault(subject, "read");
  const id = type.hooks?.importId?.(context, givenId) ?? givenId;
  const stored = type.stored === false ? { object: known } : context.account.get(type.token, id);
  if (!stored) return undefined;
  const more = await type.hooks?.refresh?.(context, id, stored.object);
  if (more === null) return undefined;
  const state = { ...stored.object, ...more };
  if (more && JSON.stringify(state) !== JSON.stringify(stored.object)) store(subject, id, state);
  answer();
  return { id, state: presentProperties(state) };
}

/** Changes the object in place. What the cloud filled in stays, unless the type says otherwise. */
export async function update(subject: Subject, id: string, known: Properties, given: Properties): Promise<Properties> {
  const { type, context } = subject;
  const inputs = withDefaults(type.facts, given);
  const answer = await meetFault(subject, "update");
  const { state, previous } = inTransaction(subject, () => {
    const previous = type.stored === false ? unstored(subject, id, known) : context.account.get(type.token, id);
    if (!previous) throw new CloudError("not_found", `${id} is gone from the account; run a refresh, then try again`);
    type.hooks?.validate?.(context, inputs, previous);
    const kept = keptOutputs(type.facts, previous.object, inputs);
    const outputs = type.hooks?.outputs?.(context, id, inputs, previous);
    const state: Properties = { ...internals(previous.object), ...kept, ...outputs };
    store(subject, id, state);
    return { state, previous };
  });
  const more = await type.hooks?.change?.(context, id, state, previous);
  if (more) Object.assign(state, more);
  if (more) store(subject, id, state);
  answer();
  return presentProperties(state);
}

/** What a type keeps beside the state, under keys that Pulumi never sees. */
function internals(object: Properties): Properties {
  return Object.fromEntries(Object.entries(object).filter(([key]) => isInternalKey(key)));
}

function unstored({ type, context, provider }: Subject, id: string, object: Properties) {
  const now = context.now();
  return { provider, owner: context.owner, type: type.token, id, object, createdAt: now, updatedAt: now };
}

/** Deletes the object; one that is gone already counts as deleted. */
export async function remove(subject: Subject, id: string): Promise<void> {
  const { type, context } = subject;
  if (type.stored === false) return;
  const answer = await meetFault(subject, "delete");
  const stored = context.account.get(type.token, id);
  if (!stored) return;
  inTransaction(subject, () => type.hooks?.guardDelete?.(context, stored));
  await type.hooks?.stop?.(context, id, stored.object);
  forget(subject, id);
  answer();
}

function forget(subject: Subject, id: string): void {
  const { type, context } = subject;
  inTransaction(subject, () => {
    const stored = type.stored === false ? undefined : context.account.get(type.token, id);
    if (!stored) return;
    type.hooks?.removed?.(context, stored);
    context.account.remove(type.token, id);
  });
}

function store({ type, context, provider, account }: Subject, id: string, state: Properties): void {
  if (type.stored === false) return;
  account().put({ provider, owner: context.owner, type: type.token, id }, state, context.urn);
}

function inTransaction<T>({ type, account }: Subject, work: () => T): T {
  return type.stored === false ? work() : account().transaction(work);
}

/** Meets a fault that waits for this operation. Returns what to call when the work is done: it may lose the answer. */
async function meetFault({ type, account }: Subject, operation: Operation): Promise<() => void> {
  const fault = type.stored === false ? undefined : account().meetFault(type.token, operation);
  if (fault?.kind === "rate-limit")
    throw new CloudError("too_many_requests", "429 too many requests: API rate limit exceeded; try again in a minute");
  if (fault?.kind === "server-error")
    throw new CloudError("server_error", "503 server error: the service is not available; try again");
  if (fault?.kind === "slow") await sleep(fault.delayMs);
  return () => {
    if (fault?.kind === "lost-answer")
      throw new CloudError(
        "server_error",
        `the ${operation} timed out without an answer; it may have happened, so refresh before trying again`,
      );
  };
}
