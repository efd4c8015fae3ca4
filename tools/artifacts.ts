// What can be built with Go: exact versions, the module that pins each, and what a finished build holds.
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { mendModule } from "./go-patches.ts";

/** A binary that Go builds from one of the small modules beside this file. */
export interface GoArtifact {
  /** Name of the folder in the cache. */
  readonly name: string;
  /** Name of the module's folder here. @default - the same name */
  readonly module?: string;
  /** Name for people. */
  readonly title: string;
  /** Package to build, as seen from the module. */
  readonly package: string;
  /** Name of the finished binary. */
  readonly binary: string;
  /** Go variables that the linker sets, in most cases a version that the program reports. */
  readonly variables: Readonly<Record<string, string>>;
  /** Build tags, which leave out or bring in parts of the program. @default none */
  readonly tags?: readonly string[];
  /** How many packages a cold build compiles, for the progress; measured 2026-11-23. */
  readonly packages: number;
  /** Free disk that a cold build takes, in bytes, with modules and Go's own cache; measured 2026-11-23 and rounded up. */
  readonly diskBytes: number;
  /** Module whose folder `beforeBuild` wants. */
  readonly source?: string;
  /** Completes the copy of the module in which the build runs. */
  readonly beforeBuild?: (workFolder: string, sourceFolder: string) => Promise<void>;
  /** Completes the folder with the finished binary. */
  readonly afterBuild?: (folder: string) => Promise<void>;
}

/** Newest version of the CLI that the module proxy serves; the SDK beside it is newer, which is tested together. */
export const pulumiVersion = "3.259.0";
/** The provider's version inside the newest snapshot that the module proxy serves; the SDK beside it is newer. */
const kubernetesPluginVersion = "4.25.0";
const kubernetesVersion = "1.36.3";

const prometheusVersion = "3.16.0";
const alertmanagerVersion = "0.34.2";
const kedaVersion = "2.19.0";
const kubeScoreVersion = "1.20.0";
const trivyVersion = "0.74.0";
const versitygwVersion = "1.7.0";

const gibibyte = 2 ** 30;

/** The Pulumi CLI with its engine. */
export const pulumiCli: GoArtifact = {
  name: "pulumi-cli",
  title: `Pulumi CLI ${pulumiVersion}`,
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  binary: "pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${pulumiVersion}` },
  packages: 1450,
  diskBytes: 4 * gibibyte,
};

/** Pulumi's Kubernetes provider. */
export const kubernetesPlugin: GoArtifact = {
  name: "kubernetes-plugin",
  title: `Kubernetes plugin ${kubernetesPluginVersion}`,
  package: ".",
  binary: "pulumi-resource-kubernetes",
  variables: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": kubernetesPluginVersion },
  packages: 1500,
  diskBytes: 4 * gibibyte,
  source: "github.com/pulumi/pulumi-kubernetes/provider/v4",
  beforeBuild: embedSchema,
};

/** etcd, the Kubernetes control plane and KWOK in one binary. */
export const controlPlane: GoArtifact = {
  name: "control-plane",
  title: `Kubernetes ${kubernetesVersion} control plane`,
  package: ".",
  binary: "control-plane",
  // Without them the server calls itself v0.0.0, and the Kubernetes plugin refuses it.
  variables: {
    "k8s.io/component-base/version.gitVersion": `v${kubernetesVersion}`,
    "k8s.io/component-base/version.gitMajor": kubernetesVersion.split(".")[0] ?? "",
    "k8s.io/component-base/version.gitMinor": kubernetesVersion.split(".")[1] ?? "",
  },
  packages: 2440,
  diskBytes: 4 * gibibyte,
  afterBuild: (folder) => symlink("control-plane", join(folder, "kwok")),
};

/** Prometheus' own checker of configurations and rules, which also runs the rules' tests. */
export const promtool: GoArtifact = {
  name: "promtool",
  title: `promtool ${prometheusVersion}`,
  package: "github.com/prometheus/prometheus/cmd/promtool",
  binary: "promtool",
  variables: { "github.com/prometheus/common/version.Version": prometheusVersion },
  // Ways to find targets in clouds that nobody here uses: a quarter of the packages, one of whose modules is not served. Kubernetes stays.
  tags: ["remove_all_sd", "enable_kubernetes_sd"],
  packages: 1120,
  diskBytes: 2 * gibibyte,
};

/** Alertmanager's own checker of configurations, which also says where an alert would go. */
export const amtool: GoArtifact = {
  name: "amtool",
  title: `amtool ${alertmanagerVersion}`,
  package: "github.com/prometheus/alertmanager/cmd/amtool",
  binary: "amtool",
  variables: { "github.com/prometheus/common/version.Version": alertmanagerVersion },
  packages: 700,
  diskBytes: 2 * gibibyte,
};

/** What keeps the measurements that KEDA asks for, in the test that scales with the real thing. */
export const prometheus: GoArtifact = {
  name: "prometheus",
  title: `Prometheus ${prometheusVersion}`,
  package: "github.com/prometheus/prometheus/cmd/prometheus",
  binary: "prometheus",
  variables: { "github.com/prometheus/common/version.Version": prometheusVersion },
  tags: ["remove_all_sd", "enable_kubernetes_sd"],
  packages: 1210,
  diskBytes: 2 * gibibyte,
};

/** KEDA's controller: it makes a horizontal pod autoscaler of each ScaledObject and asks Prometheus for it. */
export const kedaOperator: GoArtifact = { ...kedaProgram("operator"), packages: 2600 };

/** KEDA's metrics server: the autoscaler asks it through the API server. */
export const kedaAdapter: GoArtifact = { ...kedaProgram("adapter"), packages: 2600 };

function kedaProgram(program: "operator" | "adapter") {
  return {
    name: `keda-${program}`,
    module: "keda",
    title: `KEDA ${program} ${kedaVersion}`,
    package: `github.com/kedacore/keda/v2/cmd/${program}`,
    binary: `keda-${program}`,
    variables: { "github.com/kedacore/keda/v2/version.Version": kedaVersion },
    diskBytes: 4 * gibibyte,
  };
}

/** Judges manifests by what keeps a service up and safe. */
export const kubeScore: GoArtifact = {
  name: "kube-score",
  title: `kube-score ${kubeScoreVersion}`,
  package: "github.com/zegl/kube-score/cmd/kube-score",
  binary: "kube-score",
  variables: { "main.version": kubeScoreVersion },
  packages: 340,
  diskBytes: gibibyte,
};

/** Trivy's scanner of Kubernetes manifests with the checks that are built into it; its main package is in the module. */
export const trivyConfig: GoArtifact = {
  name: "trivy",
  title: `Trivy's configuration scanner ${trivyVersion}`,
  package: ".",
  binary: "trivy-config",
  variables: {},
  // Trivy reads JSON with a part of Go's library that Go 1.26 still has to be asked for.
  tags: ["goexperiment.jsonv2"],
  packages: 740,
  diskBytes: 2 * gibibyte,
};

/** A real S3 server on a folder: stands behind the local cloud's buckets, and is what backups are tested against. */
export const versitygw: GoArtifact = {
  name: "versitygw",
  title: `versitygw ${versitygwVersion}`,
  package: "github.com/versity/versitygw/cmd/versitygw",
  binary: "versitygw",
  variables: { "main.Version": `v${versitygwVersion}` },
  packages: 570,
  diskBytes: gibibyte,
  source: "github.com/versity/versitygw",
  beforeBuild: mendModule,
};

/** The provider's main package embeds its schema; the published one carries no version, which the engine asks for. */
async function embedSchema(workFolder: string, sourceFolder: string): Promise<void> {
  const published = join(sourceFolder, "cmd", "pulumi-resource-kubernetes");
  const schema = z.looseObject({}).parse(JSON.parse(await readFile(join(published, "schema.json"), "utf8")));
  await writeFile(join(workFolder, "schema.json"), JSON.stringify({ ...schema, version: kubernetesPluginVersion }));
  await cp(join(published, "terraform-mapping.json"), join(workFolder, "terraform-mapping.json"));
}
