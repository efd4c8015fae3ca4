// Listens to what the SDK tells the engine: every registration, as the request that it sends.
import * as pulumi from "@pulumi/pulumi";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import { isRecord } from "../plain.ts";
import { type Registration, registrationOf } from "./registration.ts";

type Request = InstanceType<typeof messages.RegisterResourceRequest>;

/**
 * Begins to listen; the SDK must have its mocks already.
 * @returns gives the registrations so far, with the URNs that the engine would give
 */
export function listenForRegistrations(): () => Registration[] {
  const monitor: unknown = pulumi.runtime.getMonitor();
  const register = isRecord(monitor) ? monitor["registerResource"] : undefined;
  if (!isRecord(monitor) || typeof register !== "function")
    throw new Error("the SDK's mocks no longer take registrations");
  const heard: { readonly request: Request; readonly urn: string }[] = [];
  monitor["registerResource"] = (request: unknown, answered: unknown): unknown => {
    const hear = (error: unknown, response: unknown): void => {
      if (request instanceof messages.RegisterResourceRequest && response instanceof messages.RegisterResourceResponse)
        heard.push({ request, urn: response.getUrn() });
      if (typeof answered === "function") Reflect.apply(answered, undefined, [error, response]);
    };
    return Reflect.apply(register, monitor, [request, hear]);
  };
  return () => {
    const urnOf = engineUrns(heard);
    return heard.map(({ request, urn }) => registrationOf(request, urn, urnOf));
  };
}

/** The mocks name in a URN only the next parent, and the stack too; the engine names all but the stack. */
function engineUrns(heard: readonly { readonly request: Request; readonly urn: string }[]): (urn: string) => string {
  const known = new Map<string, string>();
  for (const { request, urn } of heard) {
    const [prefix = "", project = ""] = urn.split("::");
    const parents = known.get(request.getParent())?.split("::")[2];
    const isBelow = parents !== undefined && parents !== stackType;
    const type = isBelow ? `${parents}$${request.getType()}` : request.getType();
    known.set(urn, [prefix, project, type, request.getName()].join("::"));
  }
  return (urn) => known.get(urn) ?? urn;
}

/** Type of the stack itself, the parent of all that have none. */
export const stackType = "pulumi:pulumi:Stack";
