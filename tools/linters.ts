// The programs that judge Kubernetes manifests in the tests.
import { kubeScore, trivyConfig } from "./artifacts.ts";
import { built } from "./engine.ts";
import { EngineError } from "./failures.ts";
import type { Report } from "./progress.ts";
import { preparePython, type PythonArtifact, type PythonProgram } from "./python.ts";

const checkov: PythonArtifact = {
  name: "checkov",
  title: "checkov 3.3.30",
  python: "3.10",
  module: "checkov.main",
};

const hostChecks: PythonArtifact = {
  name: "host-checks",
  title: "ansible-core 2.19.14, shellcheck 0.11.0 and jsonschema 4.26.0",
  python: "3.11",
  module: "ansible.cli.inventory",
};

const silent: Report = () => {};

/** Path of kube-score. Throws an `EngineError` when it can neither be found nor built. */
export function prepareKubeScore(report: Report = silent): Promise<string> {
  return built(kubeScore, report);
}

/** Path of Trivy's scanner; the same promise. */
export function prepareTrivy(report: Report = silent): Promise<string> {
  return built(trivyConfig, report);
}

/** checkov; the same promise. */
export function prepareCheckov(report: Report = silent): Promise<PythonProgram> {
  return preparePython(checkov, report);
}

/** Ansible, shellcheck (`bin/shellcheck` among its packages) and jsonschema, for queue workers' hosts; the same promise. */
export function prepareHostChecks(report: Report = silent): Promise<PythonProgram> {
  return preparePython(hostChecks, report);
}

/** All of them. Nothing else needs them, so what cannot be had is told and left out: the tests say once more what they skip. */
export async function prepareLinters(report: Report): Promise<void> {
  for (const prepare of [prepareKubeScore, prepareTrivy, prepareCheckov, prepareHostChecks]) {
    try {
      await prepare(report);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      report(error.message);
    }
  }
}
