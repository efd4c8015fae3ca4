// Finds a Go that can build a module, or says in one sentence what is wrong with the one that is there.
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingGo, oldGo } from "./failures.ts";
import { goEnvironment } from "./go-flags.ts";
import { run } from "./run.ts";
import { isAtLeast } from "./versions.ts";

// The second is where the official archive puts it; a fresh shell often lacks it on PATH.
const usualPlaces = ["go", "/usr/local/go/bin/go"];

/** The Go program to use for the module in `moduleFolder`; the first of `places` that exists has to be new enough. */
export async function findGo(title: string, moduleFolder: string, places = usualPlaces): Promise<string> {
  const needed = /^go ([\d.]+)/m.exec(await readFile(join(moduleFolder, "go.mod"), "utf8"))?.[1] ?? "0";
  for (const go of places) {
    // Inside the module, because a Go from 1.21 on fetches the newer toolchain that go.mod asks for, where it can.
    const here = await run(go, ["env", "GOVERSION"], { cwd: moduleFolder, env: goEnvironment });
    if (here.missing) continue;
    if (here.code === 0 && isAtLeast(versionIn(here.output) ?? needed, needed)) return go;
    const own = await run(go, ["env", "GOVERSION"], { cwd: tmpdir(), env: { ...goEnvironment, GOTOOLCHAIN: "local" } });
    throw oldGo(title, versionIn(own.output) ?? "(unknown version)", needed);
  }
  throw missingGo(title);
}

/** A development build of Go names no number. */
function versionIn(output: string): string | undefined {
  return /go(\d+(?:\.\d+)*)/.exec(output)?.[1];
}
