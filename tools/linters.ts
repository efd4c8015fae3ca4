// The programs that judge Kubernetes manifests in the tests.
import { kubeScore, trivyConfig } from "./artifacts.ts";
import { built } from "./engine.ts";
import type { Report } from "./progress.ts";
import { preparePython, type PythonArtifact, type PythonProgram } from "./python.ts";

const checkov: PythonArtifact = {
  name: "checkov",
  title: "checkov 3.3.30",
  python: "3.10",
  module: "checkov.main",
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
