// Functions that programs invoke, for example to look the newest Kubernetes version up.
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { CloudError } from "../providers/contract.ts";
import { checkProperties } from "../providers/shared/check.ts";
import { checkFailures } from "./answers.ts";
import type { Instance } from "./context.ts";
import { readProperties, writeProperties } from "./wire.ts";

/** Answers a function call; an unknown function is an error that names it and the known ones. */
export async function invoke(
  instance: Instance,
  request: InstanceType<typeof messages.InvokeRequest>,
): Promise<InstanceType<typeof messages.InvokeResponse>> {
  const { provider } = instance;
  const token = request.getTok();
  const known = provider.functions[token];
  if (!known) {
    const names = Object.keys(provider.functions).join(", ") || "none";
    throw new CloudError("not_found", `the local cloud does not know the function ${token}; it knows ${names}`);
  }
  const args = readProperties(request.getArgs());
  const { inputs, failures } = known.facts
    ? checkProperties(known.facts, args.properties, provider.bridge)
    : { inputs: args.properties, failures: [] };
  if (failures.length > 0) return new messages.InvokeResponse().setFailuresList(checkFailures(failures));
  const result = await known.run(instance.baseContext(), inputs);
  return new messages.InvokeResponse().setReturn(writeProperties(result, new Set()));
}
