// One registration as the engine is told of it, read out of the request that the SDK sends.
import type messages from "@pulumi/pulumi/proto/resource_pb.js";
import type aliases from "@pulumi/pulumi/proto/alias_pb.js";
import { repeatableFields } from "./secrets.ts";

type UrnOf = (urn: string) => string;
type Request = InstanceType<typeof messages.RegisterResourceRequest>;

/** Options that differ from the engine's defaults; names as in the SDK. */
export interface RegistrationOptions {
  readonly protect?: boolean;
  readonly ignoreChanges?: readonly string[];
  readonly replaceOnChanges?: readonly string[];
  readonly hideDiffs?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  readonly retainOnDelete?: boolean;
  /** URN of the resource whose deletion takes this one along. */
  readonly deletedWith?: string;
  /** URNs of resources whose replacement replaces this one. */
  readonly replaceWith?: readonly string[];
  /** URNs that it waits for, other than those whose outputs it reads. */
  readonly dependsOn?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
  readonly aliases?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly import?: string;
  readonly customTimeouts?: Readonly<Record<string, string>>;
  /** Version of the provider's plugin. */
  readonly version?: string;
  readonly pluginDownloadURL?: string;
}

export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  /** URN; none for the stack itself. */
  readonly parent?: string;
  /** URN of its explicit provider. */
  readonly provider?: string;
  /** As they go to the provider's Check: plain JSON, each secret in Pulumi's envelope. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** For each input that reads other resources' outputs: their URNs. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly options: RegistrationOptions;
}

/**
 * What a request says; nothing is left in it that says nothing.
 * @param urnOf turns the URNs of the request into the engine's
 */
export function registrationOf(request: Request, urn: string, urnOf: UrnOf): Registration {
  const reads = readsOf(request, urnOf);
  return present({
    urn: urnOf(urn),
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: urnOf(request.getParent()),
    provider: urnOf(request.getProvider().split("::").slice(0, -1).join("::")), // a reference is `urn::id`
    inputs: repeatableFields(request.getObject()?.toJavaScript() ?? {}),
    propertyDependencies: Object.keys(reads).length > 0 ? reads : undefined,
    options: optionsOf(request, new Set(Object.values(reads).flat()), urnOf),
  });
}

function optionsOf(request: Request, read: ReadonlySet<string>, urnOf: UrnOf): RegistrationOptions {
  const timeouts = request.getCustomtimeouts()?.toObject();
  return present({
    protect: request.getProtect() === true ? true : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    hideDiffs: request.getHidediffsList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    retainOnDelete: request.getRetainondelete() === true ? true : undefined,
    deletedWith: urnOf(request.getDeletedwith()),
    replaceWith: request.getReplaceWithList().map(urnOf),
    dependsOn: request
      .getDependenciesList()
      .map(urnOf)
      .filter((urn) => !read.has(urn))
      .toSorted(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().map(aliasOf),
    import: request.getImportid(),
    customTimeouts: timeouts && Object.values(timeouts).some(Boolean) ? present(timeouts) : undefined,
    version: request.getVersion(),
    pluginDownloadURL: request.getPlugindownloadurl(),
  });
}

function readsOf(request: Request, urnOf: UrnOf): Record<string, readonly string[]> {
  const reads: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, property) => {
    const urns = dependencies.getUrnsList();
    if (urns.length > 0) reads[property] = urns.map(urnOf).toSorted();
  });
  return reads;
}

function aliasOf(alias: InstanceType<typeof aliases.Alias>): string | Readonly<Record<string, unknown>> {
  const spec = alias.getSpec();
  return spec === undefined ? alias.getUrn() : present(spec.toObject());
}

/** The fields that say something: no `undefined`, no empty text, no empty list. */
function present<Fields extends object>(fields: Fields): Fields {
  const kept = { ...fields };
  for (const key of Object.keys(kept)) if (saysNothing(Reflect.get(kept, key))) Reflect.deleteProperty(kept, key);
  return kept;
}

function saysNothing(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
