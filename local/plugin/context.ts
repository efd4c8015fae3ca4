// What a plugin process knows after Configure: its provider, its configuration, whose account it works in.
import { resolve } from "node:path";
import type { Context, Properties, ProviderDefinition, ResourceType } from "../providers/contract.ts";
import { CloudError } from "../providers/contract.ts";
import { isAbsent } from "../providers/shared/values.ts";
import { LazyAccount, accountView, ownerOf } from "./account-view.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Subject } from "./operations.ts";

/** The folder with all run-time state; the same rule as `local/home.ts`, from here. */
function pluginHome(): string {
  return resolve(process.env["MASTODON_LOCAL_HOME"] ?? resolve(import.meta.dirname, "../../.local"));
}

/** One running provider instance. */
export class Instance {
  readonly provider: ProviderDefinition;
  readonly account: LazyAccount;
  readonly log: EngineLog;
  #config: Properties;
  readonly #running = new Set<Promise<unknown>>();

  constructor(provider: ProviderDefinition, log: EngineLog) {
    this.provider = provider;
    this.log = log;
    this.account = new LazyAccount(pluginHome());
    this.#config = fromEnvironment(provider, {});
  }

  configure(config: Properties): void {
    this.#config = fromEnvironment(this.provider, config);
  }

  /** Runs one call of the engine, and remembers that it is under way. */
  async track<T>(work: () => T | Promise<T>): Promise<T> {
    const running = Promise.resolve().then(work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits until no call is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Looks a type up; an unknown one is an error that names it. */
  type(token: string): ResourceType {
    const type = this.provider.resource(token);
    if (type) return type;
    throw new CloudError(
      "not_found",
      `the local cloud does not know the resource type ${token}; it knows ${this.provider.tokens().length} types of ` +
        `${this.provider.package} (local/providers/${this.provider.package}). Leave the resource out of the local stack, or add the type there`,
    );
  }

  /** What a hook gets, without a resource. */
  baseContext(): Omit<Context, "type" | "urn" | "name"> {
    const owner = ownerOf(this.provider.credentials(this.#config));
    return {
      account: accountView(this.account, this.provider.package, owner),
      config: this.#config,
      owner,
      home: pluginHome(),
      now: () => new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      log: (level, message) => this.log.write(level, message),
    };
  }

  /** A resource under work, named by its URN. */
  subject(urn: string): Subject {
    const { token, name } = parseUrn(urn);
    const type = this.type(token);
    const context: Context = {
      ...this.baseContext(),
      type: token,
      urn,
      name,
      log: (level, message) => this.log.write(level, message, urn),
    };
    return { type, context, provider: this.provider.package, account: () => this.account.get() };
  }
}

/** Takes type token and logical name out of a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function parseUrn(urn: string): { token: string; name: string } {
  const [, , qualified = "", ...name] = urn.split("::");
  return { token: qualified.split("$").at(-1) ?? "", name: name.join("::") };
}

function fromEnvironment(provider: ProviderDefinition, given: Properties): Properties {
  const config = { ...given };
  for (const [key, names] of Object.entries(provider.config.environment ?? {})) {
    const found = names.map((name) => process.env[name]).find((value) => value !== undefined && value !== "");
    if (isAbsent(config[key]) && found !== undefined) config[key] = found;
  }
  return config;
}
