// The daemon behind one cluster: brings its control plane up, keeps it up, tends its nodes, and takes it down in order.
// Run as `node supervisor.ts <cluster folder>` by daemon.ts; it outlives the process that started it.
import { mkdirSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { adminApi, type Api } from "./api.ts";
import { commandOf, type Component, components, endpointOf, schedulerConfiguration } from "./arguments.ts";
import { installDefinitions } from "./custom-resources.ts";
import { hasCode, lastLines, writeAtomically } from "../processes/files.ts";
import { writeComponentKubeconfigs } from "./kubeconfig.ts";
import { pathsIn } from "./paths.ts";
import { choosePorts } from "../processes/ports.ts";
import { identify } from "../processes/process-identity.ts";
import { reconciler } from "./reconcile.ts";
import { type ClusterRecord, portNames, readRecord, writeRecord } from "./record.ts";
import { startServiceNetwork } from "./service-network.ts";
import { kwokConfiguration } from "./stages.ts";
import { type SupervisorState, writeState } from "../processes/supervisor-state.ts";
import { SupervisedProcess } from "../processes/supervised-process.ts";
import { systemObjects } from "./system-workloads.ts";
import { until } from "../processes/waiting.ts";

const startLimit = 120_000;
/** Ends before the cluster first answers that make a start hopeless. */
const startCrashes = 3;
const roundPause = 1_000;
const largestLog = 20 * 2 ** 20;

const folder = process.argv[2];
if (!folder) throw new Error("usage: supervisor.ts <cluster folder>");
const paths = pathsIn(folder);
const processes = new Map<Component, SupervisedProcess>();
let phase: SupervisorState["phase"] = "starting";
let message: string | undefined;

process.on("SIGTERM", () => void shutDown("stopped"));
process.on("SIGINT", () => void shutDown("stopped"));
process.on("SIGHUP", () => undefined); // closing the terminal ends npm start, not the cluster

try {
  await run();
} catch (error) {
  message = error instanceof Error ? error.message : String(error);
  log(`giving up: ${message}`);
  await shutDown("failed");
}

async function run(): Promise<void> {
  remember();
  const record = await prepare();
  log(`starting cluster ${record.name} (process ${process.pid})`);
  const api = adminApi(paths, record);
  await startServiceNetwork(paths);
  start("etcd", record);
  start("kube-apiserver", record);
  await answering("kube-apiserver", () => api.call("GET", "/readyz"));
  log("kube-apiserver answers");
  for (const component of ["kube-controller-manager", "kube-scheduler", "kwok"] as const) start(component, record);
  await furnish(api, record);
  phase = "running";
  remember();
  log(`ready at ${endpointOf(record)}`);
  const nodes = reconciler(paths, api, log);
  for (let failing = false; ; await sleep(roundPause)) {
    if (isStopping()) return;
    shortenLogs();
    try {
      await nodes.round();
      if (failing) log("reconciling again");
      failing = false;
    } catch (error) {
      // Usually the API server is down and being restarted; said once, tried on.
      if (!failing) log(`cannot reconcile: ${error instanceof Error ? error.message : String(error)}`);
      failing = true;
    }
  }
}

/** Files that the components read, with ports that are free now. */
async function prepare(): Promise<ClusterRecord> {
  const before = readRecord(paths);
  if (!before) throw new Error(`${paths.record} is missing or unreadable`);
  const ports = await choosePorts(paths.folder, portNames, before.ports);
  if (ports.apiServer !== before.ports.apiServer) {
    log(`port ${before.ports.apiServer} is taken by another program: the API server moves to ${ports.apiServer}`);
  }
  const record = { ...before, ports };
  writeRecord(paths, record);
  writeComponentKubeconfigs(paths, record);
  writeAtomically(paths.kwokConfig, kwokConfiguration());
  writeAtomically(paths.schedulerConfig, schedulerConfiguration(paths));
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
  for (const component of components) keepPreviousLog(component);
  return record;
}

function start(component: Component, record: ClusterRecord): void {
  if (phase === "stopping") return;
  const logFile = logOf(component);
  const spec = { name: component, ...commandOf(component, paths, record), logFile, marker: paths.folder };
  const supervised = new SupervisedProcess(spec, {
    changed: remember,
    crashed: (how, pause) =>
      log(`${component} ended by itself (${how}), starting again in ${pause / 1000} s; its log: ${logFile}`),
  });
  processes.set(component, supervised);
  supervised.start();
}

/** Waits until a component answers; fails early when one of them keeps ending. */
async function answering(component: Component, ask: () => Promise<unknown>): Promise<void> {
  let answered: true | undefined;
  let asking = false;
  await until(
    () => {
      const crashed = [...processes.values()].find(({ crashes }) => crashes >= startCrashes);
      if (crashed) throw trouble(crashed.spec.name, `ended ${crashed.crashes} times before the cluster answered`);
      // Not awaited: a server that takes the question and never answers must not hide that another one ended.
      if (!asking) {
        asking = true;
        void ask()
          .then(() => (answered = true))
          .catch(() => (asking = false));
      }
      return answered;
    },
    { limit: startLimit, late: () => trouble(component, `does not answer after ${startLimit / 1000} s`) },
  );
}

function trouble(name: string, what: string): Error {
  const file = join(paths.logs, `${name}.log`);
  return new Error(`${name} ${what}; its log is ${file}, its last lines:\n${lastLines(file, 6)}`);
}

/** What a DOKS cluster has from the beginning, and the add-ons' resource definitions. */
async function furnish(api: Api, record: ClusterRecord): Promise<void> {
  await Promise.all([
    ...systemObjects(record.serviceSubnet).map((object) => api.apply(object)),
    installDefinitions(api, record.binaries.crds),
    // Pods are refused until the controller manager has made their namespace's default account.
    answering("kube-controller-manager", () => api.call("GET", "/api/v1/namespaces/default/serviceaccounts/default")),
  ]);
}

/** The API server goes before etcd: without etcd it hangs in its shutdown and keeps its port. */
async function shutDown(outcome: "stopped" | "failed"): Promise<void> {
  if (phase === "stopping") return;
  phase = "stopping";
  remember();
  await Promise.all([stop("kwok"), stop("kube-scheduler"), stop("kube-controller-manager")]);
  await stop("kube-apiserver");
  await stop("etcd");
  phase = outcome;
  remember();
  log(outcome);
  process.exit(outcome === "stopped" ? 0 : 1);
}

async function stop(component: Component): Promise<void> {
  await processes.get(component)?.stop(10_000);
}

/** A function, for the phase changes while the loop sleeps. */
function isStopping(): boolean {
  return phase !== "running";
}

function remember(): void {
  const supervisor = identify(process.pid) ?? { pid: process.pid, started: "" };
  const running = [...processes].flatMap(([name, { identity }]) => (identity ? [[name, identity] as const] : []));
  writeState(paths, { phase, ...(message ? { message } : {}), supervisor, children: Object.fromEntries(running) });
}

function logOf(component: Component): string {
  return join(paths.logs, `${component}.log`);
}

/** Components append, so an emptied log goes on from its beginning; a cluster may run for weeks. */
function shortenLogs(): void {
  for (const component of processes.keys()) {
    const size = statSync(logOf(component), { throwIfNoEntry: false })?.size ?? 0;
    if (size > largestLog) truncateSync(logOf(component));
  }
}

function keepPreviousLog(component: Component): void {
  try {
    renameSync(logOf(component), `${logOf(component)}.previous`);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
