// Finds a Go that can build a module, or says in one sentence what is wrong with the one that is there.
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { missingGo, oldGo } from "./failures.ts";
import { goEnvironment } from "./go-flags.ts";
import { run } from "./run.ts";

const usualPlace = "/usr/local/go/bin/go"; // where the official archive puts it; often not on PATH in a fresh shell

/** The Go program to use for the module in `moduleFolder`, which has a go.mod; `go` is injected by tests. */
export async function findGo(title: string, moduleFolder: string, go = "go"): Promise<string> {
  const here = await run(go, ["env", "GOVERSION"], { cwd: moduleFolder, env: goEnvironment });
  if (here.missing) {
    if (go !== usualPlace && existsSync(usualPlace)) return findGo(title, moduleFolder, usualPlace);
    throw missingGo(title);
  }
  const needed = /requires go >= ([\d.]+)|go([\d.]+) for \w+\/\w+/.exec(here.output);
  if (here.code === 0 && !needed) return go;
  const own = await run(go, ["env", "GOVERSION"], { cwd: tmpdir(), env: { ...goEnvironment, GOTOOLCHAIN: "local" } });
  throw oldGo(title, own.output.trim().replace(/^go/, ""), needed?.[1] ?? needed?.[2] ?? "1.26.0");
}
