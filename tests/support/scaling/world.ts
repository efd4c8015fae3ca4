// A cluster in which the stack's own objects are scaled by the real KEDA, out of the real Prometheus, behind the real API server.
import { KubeConfig, PatchStrategy } from "@kubernetes/client-node";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { adminApi } from "../../../local/cluster/api.ts";
import { type NodePoolSpec, setNodePools, startCluster, waitForNodePool } from "../../../local/cluster/index.ts";
import { clusterPaths } from "../../../local/cluster/paths.ts";
import { readRecord } from "../../../local/cluster/record.ts";
import type { RawSettings } from "../../../src/stack-file.ts";
import { prepareScalingTools } from "../../../tools/engine.ts";
import { clientOf, type TestClient, testPool } from "../../cluster/support.ts";
import { freePort } from "../free-port.ts";
import { type Manifest, renderedManifests } from "../manifests.ts";
import { FakeExporter } from "./fake-exporter.ts";
import { Processes } from "./processes.ts";

const id = "scaling";
const keda = "keda";
const authority = "keda-operator.keda.svc.cluster.local";
const prometheusAddress = "http://prometheus.mastodon:9090";

export interface World {
  readonly client: TestClient;
  readonly manifests: readonly Manifest[];
  readonly exporter: FakeExporter;
  readonly processes: Processes;
  /** Sends an object as the Kubernetes plugin does. */
  apply(manifest: Manifest): Promise<void>;
}

function pool(name: string, nodes: number, max: number): NodePoolSpec {
  const taints = name === "system" ? [] : [{ key: "mastodon/pool", value: name, effect: "NoSchedule" }];
  return testPool({
    id: name,
    name: `social-${name}`,
    autoScale: max > nodes,
    nodeCount: nodes,
    minNodes: nodes,
    maxNodes: max,
    labels: { "mastodon/pool": name },
    taints,
  });
}

const report = (line: string) => console.error(line);

/** @param folder for logs and files of the programs */
export async function startWorld(home: string, folder: string, settings: RawSettings): Promise<World> {
  const tools = await prepareScalingTools({ report });
  const rendered = await renderedManifests(settings, "prod");
  const cluster = await startCluster(home, { id, name: id, version: "1.36.3-do.0", idleSeconds: 10 }, { report });
  await setNodePools(home, id, [pool("system", 1, 1), pool("web", 2, 6), pool("sidekiq", 1, 6)]);
  for (const name of ["system", "web", "sidekiq"]) await waitForNodePool(home, id, name);
  const client = clientOf(cluster.kubeconfig);
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);

  const ports = {
    prometheus: await freePort(),
    operator: await freePort(),
    adapter: await freePort(),
    exporter: await freePort(),
    health: await freePort(),
  };
  const manifests = rendered.map((manifest) => reachable(manifest, ports));
  const apply = async (manifest: Manifest) => {
    await client.objects.patch(manifest, undefined, undefined, "pulumi", true, PatchStrategy.ServerSideApply);
  };
  await installDefinitions(home, manifests);
  for (const manifest of manifests.filter((one) => !isDefinition(one)))
    await established(() => apply(manifest), manifest);

  const exporter = new FakeExporter(client.core, servedQueues(manifests));
  await exporter.start(ports.exporter);
  const processes = new Processes(folder);
  const server = { endpoint: cluster.endpoint, ca: cluster.caCertificate };
  await startPrometheus({ processes, folder, client, server, ports, program: tools.prometheus, manifests });
  await startKeda({ processes, folder, client, server, ports, tools });
  return { client, manifests, exporter, processes, apply };
}

type Ports = Readonly<Record<"prometheus" | "operator" | "adapter" | "exporter" | "health", number>>;

/** What lies behind a name in the cluster is a program of this machine here; nothing else about the objects changes. */
function reachable(manifest: Manifest, { prometheus, adapter }: Ports): Manifest {
  const { kind, metadata } = manifest;
  if (kind === "ScaledObject") {
    const text = JSON.stringify(manifest).replaceAll(prometheusAddress, `http://127.0.0.1:${prometheus}`);
    return z.custom<Manifest>().parse(JSON.parse(text));
  }
  if (kind === "Service" && metadata.name === "keda-metrics-apiserver")
    return { ...manifest, spec: { type: "ExternalName", externalName: "localhost" } };
  if (kind === "APIService") {
    const spec = z.looseObject({ service: z.looseObject({}) }).parse(manifest["spec"]);
    return { ...manifest, spec: { ...spec, service: { ...spec.service, port: adapter } } };
  }
  return manifest;
}

const isDefinition = ({ kind }: Manifest) => kind === "CustomResourceDefinition";

/** Not through the Kubernetes client: its model of a definition drops what it does not know, `x-kubernetes-int-or-string` for one. */
async function installDefinitions(home: string, manifests: readonly Manifest[]): Promise<void> {
  const paths = clusterPaths(home, id);
  const record = readRecord(paths);
  if (record === undefined) throw new Error("the cluster has no record");
  for (const definition of manifests.filter(isDefinition)) await adminApi(paths, record).apply(definition);
}

/** A kind is known some moments after its definition. */
async function established(apply: () => Promise<void>, { kind, metadata }: Manifest): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await apply();
    } catch (error) {
      if (tries >= 40) throw new Error(`${kind} ${metadata.name}: ${String(error)}`, { cause: error });
      await sleep(250);
    }
  }
}

const sidekiqShape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.looseObject({ args: z.array(z.string()).optional() })) }),
    }),
  }),
});

/** Queues of each Sidekiq Deployment, as its command line names them. */
function servedQueues(manifests: readonly Manifest[]): ReadonlyMap<string, readonly string[]> {
  const workers = manifests.filter(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name.startsWith("sidekiq-"),
  );
  return new Map(
    workers.map((manifest) => {
      const { metadata, spec } = sidekiqShape.parse(manifest);
      const args = spec.template.spec.containers[0]?.args ?? [];
      return [metadata.name, args.filter((_, at) => args[at - 1] === "-q").map((entry) => entry.split(",")[0] ?? "")];
    }),
  );
}

interface Server {
  readonly endpoint: string;
  readonly ca: string;
}

interface Started {
  readonly processes: Processes;
  readonly folder: string;
  readonly client: TestClient;
  readonly server: Server;
  readonly ports: Ports;
}

async function tokenOf(client: TestClient, namespace: string, name: string): Promise<string> {
  const body = { spec: { audiences: [], expirationSeconds: 7200 } };
  const { status } = await client.core.createNamespacedServiceAccountToken({ namespace, name, body });
  if (status?.token === undefined) throw new Error(`no token for ${name}`);
  return status.token;
}

interface PrometheusOptions extends Started {
  readonly program: string;
  readonly manifests: readonly Manifest[];
}

/** With the stack's configuration and rules; every pod is asked by way of the one exporter, and told apart by what it asks for. */
async function startPrometheus({
  processes,
  folder,
  client,
  server,
  ports,
  program,
  manifests,
}: PrometheusOptions): Promise<void> {
  const found = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "prometheus");
  const { "prometheus.yml": configuration, "rules.yml": rules } = z
    .record(z.string(), z.string())
    .parse(found?.["data"]);
  if (configuration === undefined || rules === undefined) throw new Error("Prometheus has no configuration");
  const files = join(folder, "prometheus");
  mkdirSync(files);
  writeFileSync(join(files, "ca.crt"), Buffer.from(server.ca, "base64"));
  writeFileSync(join(files, "token"), await tokenOf(client, "mastodon", "prometheus"));
  writeFileSync(join(files, "rules.yml"), rules);
  writeFileSync(join(files, "prometheus.yml"), byOneExporter(configuration, files, server, ports));
  processes.start("prometheus", program, [
    `--config.file=${join(files, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(files, "data")}`,
    `--web.listen-address=127.0.0.1:${ports.prometheus}`,
  ]);
}

const jobShape = z.looseObject({
  job_name: z.string(),
  kubernetes_sd_configs: z.array(z.looseObject({})).optional(),
  relabel_configs: z.array(z.looseObject({})).optional(),
});

function byOneExporter(text: string, files: string, { endpoint }: Server, { exporter }: Ports): string {
  const configuration = z.looseObject({ scrape_configs: z.array(jobShape) }).parse(parse(text));
  const discovery = {
    api_server: endpoint,
    tls_config: { ca_file: join(files, "ca.crt") },
    authorization: { credentials_file: join(files, "token") },
  };
  const jobs = configuration.scrape_configs.filter((job) => job.kubernetes_sd_configs !== undefined);
  return stringify({
    ...configuration,
    rule_files: [join(files, "rules.yml")],
    scrape_configs: jobs.map((job) => ({
      ...job,
      kubernetes_sd_configs: (job.kubernetes_sd_configs ?? []).map((found) => ({ ...found, ...discovery })),
      relabel_configs: [
        ...(job.relabel_configs ?? []),
        { source_labels: ["pod"], target_label: "__param_pod" },
        { source_labels: ["workload"], target_label: "__param_workload" },
        { target_label: "__param_job", replacement: job.job_name },
        { target_label: "__address__", replacement: `127.0.0.1:${exporter}` },
      ],
    })),
  });
}

interface KedaOptions extends Started {
  readonly tools: { readonly operator: string; readonly adapter: string };
}

/** With the account, and so the rights, that the stack gives it; the certificates are the operator's own. */
async function startKeda({ processes, folder, client, server, ports, tools }: KedaOptions): Promise<void> {
  const kubeconfig = join(folder, "keda.kubeconfig");
  const config = new KubeConfig();
  const token = await tokenOf(client, keda, "keda-operator");
  config.loadFromOptions({
    clusters: [{ name: id, server: server.endpoint, caData: server.ca, skipTLSVerify: false }],
    users: [{ name: keda, token }],
    contexts: [{ name: id, cluster: id, user: keda }],
    currentContext: id,
  });
  writeFileSync(kubeconfig, config.exportConfig());
  const certificates = join(folder, "certificates");
  mkdirSync(certificates);
  const env = {
    POD_NAMESPACE: keda,
    KEDA_CLUSTER_OBJECT_NAMESPACE: keda,
    WATCH_NAMESPACE: "mastodon",
    KEDA_RESTRICT_SECRET_ACCESS: "true",
  };
  const operator = [
    `--kubeconfig=${kubeconfig}`,
    "--enable-cert-rotation=true",
    "--enable-webhook-patching=false",
    `--cert-dir=${certificates}`,
    `--metrics-service-bind-address=127.0.0.1:${ports.operator}`,
    "--metrics-bind-address=0",
    `--health-probe-bind-address=127.0.0.1:${ports.health}`,
  ];
  processes.start("operator", tools.operator, operator, env);
  await mountCertificates(client, certificates, processes);
  const adapter = [
    ...["--kubeconfig", "--lister-kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"].map(
      (flag) => `${flag}=${kubeconfig}`,
    ),
    `--secure-port=${ports.adapter}`,
    "--bind-address=127.0.0.1",
    `--client-ca-file=${join(certificates, "ca.crt")}`,
    `--tls-cert-file=${join(certificates, "tls.crt")}`,
    `--tls-private-key-file=${join(certificates, "tls.key")}`,
    `--cert-dir=${certificates}`,
    "--port=0",
    `--metrics-service-address=localhost:${ports.operator}`,
    `--metrics-service-grpc-authority=${authority}`,
  ];
  processes.start("adapter", tools.adapter, adapter, env);
}

/** What a kubelet does with the Secret that the operator fills. */
async function mountCertificates(client: TestClient, folder: string, processes: Processes): Promise<void> {
  for (;;) {
    processes.check();
    const secret = await client.core
      .readNamespacedSecret({ name: "kedaorg-certs", namespace: keda })
      .catch(() => undefined);
    const files = Object.entries(secret?.data ?? {});
    if (files.some(([name]) => name === "tls.crt")) {
      for (const [name, data] of files) writeFileSync(join(folder, name), Buffer.from(data, "base64"));
      return;
    }
    await sleep(250);
  }
}
