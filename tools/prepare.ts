// Prepares everything that the local cloud and the tests need, shows progress, and ends.
import { prepareControlPlane, prepareEngine, prepareAlertTools } from "./engine.ts";
import { EngineError } from "./failures.ts";

const report = (line: string) => console.error(line);

try {
  // Together, because one can download while the other compiles.
  await Promise.all([prepareEngine({ report }), prepareControlPlane({ report }), prepareAlertTools({ report })]);
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.error(error.message);
  process.exit(1); // ends the other build too
}
