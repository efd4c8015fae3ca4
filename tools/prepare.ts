// Prepares everything that the local cloud and the tests need, shows progress, and ends.
import {
  prepareAlertTools,
  prepareControlPlane,
  prepareEngine,
  prepareScalingTools,
  versitygwProgram,
} from "./engine.ts";
import { EngineError } from "./failures.ts";
import { prepareLinters } from "./linters.ts";
import { prepareNginx } from "./nginx.ts";
import { storePrograms } from "./store-programs.ts";

const report = (line: string) => console.error(line);

/** Tests that need it say so; everything else goes on without. */
function skipped(error: unknown): void {
  if (!(error instanceof EngineError)) throw error;
  report(error.message);
}

/** What is missing is told here, and the objects in question stay emulated. */
async function prepareStores(): Promise<void> {
  const { missing } = await storePrograms({ report, retry: true });
  for (const [name, reason] of Object.entries(missing)) report(`${name}: ${reason}`);
}

try {
  // Together, because one can download while the other compiles.
  await Promise.all([
    prepareEngine({ report }),
    prepareControlPlane({ report }),
    prepareAlertTools({ report }),
    prepareNginx(report).catch(skipped),
    versitygwProgram({ report }).catch(skipped),
    prepareLinters(report),
    prepareStores(),
  ]);
  // By itself, because five large builds at once want more memory than a laptop has; and before the tests, which it would slow down.
  await prepareScalingTools({ report }).catch(skipped);
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.error(error.message);
  process.exit(1); // ends the other build too
}
