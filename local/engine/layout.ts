// Lays out a private Pulumi installation: the CLI, the real Kubernetes plugin and the emulated plugins, where the engine looks for them.
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "../../tools/engine.ts";
import { projectRoot } from "../home.ts";
import { packageVersion } from "../plugin/version.ts";
import { shellQuote } from "../shell-quote.ts";
import { engineEnvironment } from "./environment.ts";

const emulatedPackages = ["digitalocean", "tailscale", "aws", "random", "tls"];

/**
 * Writes the folders that the engine needs into `home` and returns the root for `PulumiCommand.get`.
 * Plugins lie under the exact version that the npm package wants: one found on PATH instead would print a warning each.
 */
export function layOutEngine(home: string, engine: Engine): string {
  const environment = engineEnvironment(home);
  mkdirSync(join(home, "state"), { recursive: true, mode: 0o700 });
  const pulumiHome = environment["PULUMI_HOME"] ?? home;
  const plugins = join(pulumiHome, "plugins");
  layOutPlugin(plugins, "kubernetes", engine.kubernetesPlugin);
  for (const name of emulatedPackages) {
    layOutPlugin(plugins, name, join(projectRoot, "local", "plugin", `pulumi-resource-${name}`));
  }
  const root = join(home, "engine");
  // Its home is set here too: the Automation API asks for the version without it, and the CLI logs even that in `~/.pulumi`.
  // Its own process group: Ctrl-C in a terminal must reach the CLI once, as our own cancel, and not a second time from the
  // terminal, because the second interrupt ends the CLI in the middle of an operation.
  writeScript(
    join(root, "bin", "pulumi"),
    `export PULUMI_HOME=${shellQuote(pulumiHome)}\nexec perl -e 'setpgrp(0, 0); exec @ARGV or die "cannot run $ARGV[0]: $!\\n"' -- ${shellQuote(engine.pulumi)} "$@"`,
  );
  return root;
}

function layOutPlugin(plugins: string, name: string, executable: string): void {
  const file = join(plugins, `resource-${name}-v${packageVersion(`@pulumi/${name}`)}`, `pulumi-resource-${name}`);
  writeScript(file, `exec ${shellQuote(executable)} "$@"`);
}

/** Replaces the script in one step, so that an engine that starts at the same moment never reads half of it. */
function writeScript(file: string, command: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `#!/usr/bin/env bash\n${command}\n`);
  chmodSync(draft, 0o755);
  renameSync(draft, file);
}
