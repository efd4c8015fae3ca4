// Real servers behind emulated objects: start, stop, delete and list them. Each store has a supervisor of its own, which keeps its
// processes running and takes them with it; its data stays until it is deleted.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LocalCloudError } from "../errors.ts";
import { endSupervisor, isSupervised, startSupervisor, untilRunning } from "../processes/daemon.ts";
import { lastLines } from "../processes/files.ts";
import { locked } from "../processes/locked.ts";
import { choosePorts } from "../processes/ports.ts";
import { isRunning } from "../processes/process-identity.ts";
import { readState } from "../processes/supervisor-state.ts";
import { until } from "../processes/waiting.ts";
import { type StoreKind, type StoreKindName, type StorePlace, kinds } from "./kinds.ts";
import {
  readStore,
  storeId,
  type StorePaths,
  storePaths,
  type StoreRecord,
  storesFolder,
  writeStore,
} from "./record.ts";

const startLimit = 120_000;
const stopPatience = 45_000;
const lockPatience = startLimit + stopPatience;

/** A store as it is asked for. */
export interface StoreSpec {
  /** Names its folder: 1 to 63 letters, digits and dashes. */
  readonly id: string;
  /** For people: `Spaces nyc3`. */
  readonly title: string;
  readonly kind: StoreKindName;
  /** What the kind's schema takes; remembered, for the next start. */
  readonly settings: unknown;
}

/** A store whose processes answer. */
export interface RunningStore {
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** What `status` shows of a store. */
export interface StoreStatus {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly settings: unknown;
  /** The store's data. */
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly state: "running" | "stopped";
  /** Numbers of the processes that run, by name; the supervisor is among them. */
  readonly pids: Readonly<Record<string, number>>;
  readonly log: string;
}

type Report = (line: string) => void;

/**
 * Starts a store, resumes it with its data, or returns at once when it runs. Waits until it answers.
 * @throws an Error for people where a program cannot be had, or a server does not come up; with the path of its log.
 */
export async function startStore(
  home: string,
  spec: StoreSpec,
  report: Report = () => undefined,
): Promise<RunningStore> {
  const paths = storePaths(home, spec.id);
  const loaded: StoreKind<unknown> = await kinds[spec.kind]();
  const settings = loaded.settings.parse(spec.settings);
  return locked(paths, lockPatience, async () => {
    const state = readState(paths);
    const present = readStore(paths);
    if (present && state?.phase === "running" && isSupervised(paths, state) && sameSettings(present, settings)) {
      const place = { settings, folder: paths.data, ports: present.ports, home };
      await untilAnswering(paths, spec.title, () => loaded.answers(place));
      return { folder: paths.data, ports: present.ports };
    }
    const leftovers = await endSupervisor(paths, stopPatience);
    if (leftovers.length > 0) report(`Ended what a killed run of ${spec.title} had left: ${leftovers.join(", ")}`);
    mkdirSync(paths.data, { recursive: true, mode: 0o700 });
    const ports = await choosePorts(paths.folder, loaded.ports(settings), present?.ports);
    const place: StorePlace<unknown> = { settings, folder: paths.data, ports, home };
    const processes = await loaded.prepare(place, report);
    writeStore(paths, { ...spec, settings, ports, processes });
    try {
      await startSupervisor(paths, { program: join(import.meta.dirname, "supervisor.ts"), of: spec.title });
      await untilRunning(paths, spec.title, startLimit);
      await untilAnswering(paths, spec.title, () => loaded.answers(place));
    } catch (error) {
      await endSupervisor(paths, stopPatience); // what does not answer must not go on restarting for weeks
      throw error;
    }
    return { folder: paths.data, ports };
  });
}

/**
 * Starts every store that exists and does not run.
 * @returns ids of those that listen somewhere else now
 */
export async function resumeStores(home: string, report: Report): Promise<string[]> {
  const moved: string[] = [];
  for (const { id, title, kind, settings, state } of listStores(home)) {
    if (state === "running") continue;
    if (!isKind(kind))
      throw new LocalCloudError(`store ${id} is of the unknown kind ${kind}; remove ${storesFolder(home)}/${id}`);
    report(`Resuming ${title} ...`);
    const before = readStore(storePaths(home, id));
    await startStore(home, { id, title, kind, settings }, report);
    // What a server listens on stands in its command, whatever its kind.
    if (commandsOf(before) !== commandsOf(readStore(storePaths(home, id)))) moved.push(id);
  }
  return moved;
}

/** Ends the store's processes and keeps its data. Nothing happens when it does not run. */
export async function stopStore(home: string, id: string): Promise<void> {
  const paths = storePaths(home, id);
  if (!existsSync(paths.folder)) return;
  await locked(paths, lockPatience, async () => void (await endSupervisor(paths, stopPatience)));
}

/** Ends the store's processes and wipes its folder. Nothing happens when there is none. */
export async function deleteStore(home: string, id: string): Promise<void> {
  const paths = storePaths(home, id);
  if (!existsSync(paths.folder)) return;
  await locked(paths, lockPatience, async () => {
    await endSupervisor(paths, 0);
    rmSync(paths.folder, { recursive: true, force: true, maxRetries: 3 });
  });
}

/** Whether there is such a store, running or not. */
export function storeExists(home: string, id: string): boolean {
  return existsSync(storePaths(home, id).record);
}

/** The store's ports while it runs; cheap enough to ask before each use. */
export function runningPorts(home: string, id: string): Readonly<Record<string, number>> | undefined {
  const paths = storePaths(home, id);
  const state = readState(paths);
  return state?.phase === "running" && isSupervised(paths, state) ? readStore(paths)?.ports : undefined;
}

/** Every store of this checkout, running or not, by id. */
export function listStores(home: string): StoreStatus[] {
  const folder = storesFolder(home);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .filter((name) => storeId.test(name) && existsSync(storePaths(home, name).record))
    .toSorted((a, b) => a.localeCompare(b))
    .map((id) => statusOf(storePaths(home, id), id));
}

function statusOf(paths: StorePaths, id: string): StoreStatus {
  const record = readStore(paths) ?? { id, title: id, kind: "unknown", settings: {}, ports: {}, processes: [] };
  const state = readState(paths);
  const all = Object.entries(state ? { supervisor: state.supervisor, ...state.children } : {});
  const alive = all.filter(([, identity]) => isRunning(identity, paths.folder));
  const { title, kind, settings, ports } = record;
  const up = state?.phase === "running" && isSupervised(paths, state);
  return {
    id,
    title,
    kind,
    settings,
    ports,
    folder: paths.data,
    state: up ? "running" : "stopped",
    pids: Object.fromEntries(alive.map(([name, { pid }]) => [name, pid])),
    log: paths.supervisorLog,
  };
}

async function untilAnswering(paths: StorePaths, title: string, answers: () => Promise<true | undefined>) {
  const logs = () =>
    existsSync(paths.logs)
      ? readdirSync(paths.logs).map((name) => `${name}:\n${lastLines(join(paths.logs, name), 6)}`)
      : [];
  await until(answers, {
    limit: startLimit,
    late: () =>
      new LocalCloudError(
        `${title} does not answer after ${startLimit / 1000} s; the end of its logs:\n${logs().join("\n")}`,
      ),
  });
}

function commandsOf(record: StoreRecord | undefined): string {
  return JSON.stringify([record?.ports, record?.processes.map(({ args }) => args)]);
}

function sameSettings(present: StoreRecord, settings: unknown): boolean {
  return JSON.stringify(present.settings) === JSON.stringify(settings);
}

function isKind(name: string): name is StoreKindName {
  return Object.hasOwn(kinds, name);
}
