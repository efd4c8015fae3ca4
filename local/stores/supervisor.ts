// The daemon behind one store: keeps its processes running and ends them in order. Knows nothing of what they are.
// Run as `node supervisor.ts <store folder>` by index.ts; it outlives the process that started it.
import { mkdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../processes/process-identity.ts";
import { SupervisedProcess } from "../processes/supervised-process.ts";
import { type SupervisorState, writeState } from "../processes/supervisor-state.ts";
import { readStore, storePathsIn } from "./record.ts";

const stopPatience = 20_000;
const largestLog = 20 * 2 ** 20;
const logPause = 60_000;

const folder = process.argv[2];
if (!folder) throw new Error("usage: supervisor.ts <store folder>");
const paths = storePathsIn(folder);
const processes: SupervisedProcess[] = [];
let phase: SupervisorState["phase"] = "starting";

process.on("SIGTERM", () => void shutDown());
process.on("SIGINT", () => void shutDown());
process.on("SIGHUP", () => undefined); // closing the terminal ends npm start, not the store

const store = readStore(paths);
if (!store) throw new Error(`${paths.record} is missing or unreadable`);
log(`starting ${store.title} (process ${process.pid})`);
mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
for (const spec of store.processes) {
  const logFile = join(paths.logs, `${spec.name}.log`);
  const supervised = new SupervisedProcess(
    { ...spec, logFile, marker: paths.folder },
    {
      changed: remember,
      crashed: (how, pause) => log(`${spec.name} ended by itself (${how}), starting again in ${pause / 1000} s`),
    },
  );
  processes.push(supervised);
  supervised.start();
}
// Whether the servers answer is for whoever started this to find out: they speak protocols that nothing here knows.
phase = "running";
remember();
setInterval(shortenLogs, logPause);

async function shutDown(): Promise<void> {
  if (phase === "stopping") return;
  phase = "stopping";
  remember();
  for (const supervised of processes.toReversed()) await supervised.stop(stopPatience);
  phase = "stopped";
  remember();
  log("stopped");
  process.exit(0);
}

function remember(): void {
  const supervisor = identify(process.pid) ?? { pid: process.pid, started: "" };
  const running = processes.flatMap(({ spec, identity }) => (identity ? [[spec.name, identity] as const] : []));
  writeState(paths, { phase, supervisor, children: Object.fromEntries(running) });
}

/** Processes append, so an emptied log goes on from its beginning; a store may run for weeks. */
function shortenLogs(): void {
  for (const { spec } of processes) {
    const size = statSync(spec.logFile, { throwIfNoEntry: false })?.size ?? 0;
    if (size > largestLog) truncateSync(spec.logFile);
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
