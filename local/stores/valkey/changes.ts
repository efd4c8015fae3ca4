// Changes the parameters of a Valkey that runs, and of its next starts.
import { LocalCloudError } from "../../errors.ts";
import { runCommand } from "./client.ts";
import { parameterCommands, type ValkeyParameters } from "./configuration.ts";
import { readParameters, type ValkeyPlace, writeParameters } from "./server.ts";

/** @throws LocalCloudError with the server's words when it refuses one */
export async function changeParameters(place: ValkeyPlace, changes: Partial<ValkeyParameters>): Promise<void> {
  const parameters = { ...readParameters(place.folder), ...changes };
  writeParameters(place.folder, parameters);
  for (const command of parameterCommands(parameters)) {
    const answer = await runCommand(place, command);
    if (answer !== "OK") throw new LocalCloudError(`Valkey of the local cloud refuses ${command.join(" ")}: ${answer}`);
  }
}
