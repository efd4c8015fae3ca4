// Prepares everything that the local cloud and the tests need, shows progress, and ends.
import { prepareControlPlane, prepareEngine } from "./engine.ts";
import { EngineError } from "./failures.ts";

const report = (line: string) => console.error(line);

try {
  await prepareEngine({ report });
  await prepareControlPlane({ report });
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
