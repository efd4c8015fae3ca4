// Runs a container of a pod on this machine, as a kubelet would: with the environment, files and command that the API server has for it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreV1Api, V1Container, V1EnvVar, V1PodSpec, V1Secret, V1Volume } from "@kubernetes/client-node";
import { scriptFolder } from "../../../components/backups/names.ts";
import { type Outcome, scriptsFolder } from "./bench.ts";

type Texts = Readonly<Record<string, string>>;

export interface PodHost {
  readonly core: CoreV1Api;
  /** Pods get folders of their own below it. */
  readonly folder: string;
  /** What the image brings (PATH), and what this machine needs besides. The pod's own environment goes first, but for `instead`. */
  readonly environment: Texts;
}

export interface PodToRun {
  readonly namespace: string;
  readonly spec: V1PodSpec;
  /** Secrets that are no longer there. */
  readonly gone?: readonly V1Secret[];
  /** What cannot be as in the cluster, by variable. */
  readonly instead?: Texts;
}

/** A container as this machine would run it. */
export interface Resolved {
  readonly command: readonly string[];
  readonly environment: Texts;
}

/** Throws for what it does not know, as a kubelet leaves such a pod waiting. */
export class PodOnHost {
  private readonly host: PodHost;
  private readonly pod: PodToRun;
  private readonly folder: string;

  constructor(host: PodHost, pod: PodToRun) {
    this.host = host;
    this.pod = pod;
    this.folder = mkdtempSync(join(host.folder, `${pod.namespace}-`));
  }

  /** To its end. @param name the first container's, where it is left out */
  async run(name?: string): Promise<Outcome> {
    const { command, environment } = await this.resolve(name);
    return finish(command, environment);
  }

  async resolve(name?: string): Promise<Resolved> {
    const { containers, initContainers = [] } = this.pod.spec;
    const container = [...containers, ...initContainers].find((one) => name === undefined || one.name === name);
    if (container === undefined) throw new Error(`the pod has no container ${name}`);
    const places = await this.mount(container);
    const here = (text: string) => {
      const place = places.find(([path]) => text === path || text.startsWith(`${path}/`));
      return place === undefined ? text : `${place[1]}${text.slice(place[0].length)}`;
    };
    const own = await this.variables(container);
    const texts = Object.entries(own).map(([key, value]) => [key, here(value)]);
    return {
      command: [...(container.command ?? []), ...(container.args ?? [])].map(here),
      environment: { ...this.host.environment, ...Object.fromEntries(texts), ...this.pod.instead },
    };
  }

  /** The container's folders, and where they lie here; the longest first. */
  private async mount({ volumeMounts = [] }: V1Container): Promise<[string, string][]> {
    const places: [string, string][] = [[scriptFolder, scriptsFolder]];
    for (const { name, mountPath, subPath = "" } of volumeMounts) {
      const volume = this.pod.spec.volumes?.find((one) => one.name === name);
      if (volume === undefined) throw new Error(`the pod has no volume ${name}`);
      const place = join(this.folder, name, subPath);
      mkdirSync(place, { recursive: true });
      for (const [file, content] of Object.entries(await this.filesOf(volume)))
        writeFileSync(join(place, file), content, { mode: 0o600 });
      places.push([mountPath, place]);
    }
    return places.toSorted(([one], [other]) => other.length - one.length);
  }

  private async filesOf({ name, emptyDir, ephemeral, configMap, secret }: V1Volume): Promise<Texts> {
    if (emptyDir !== undefined || ephemeral !== undefined) return {};
    const source = configMap ?? secret;
    if (source === undefined) throw new Error(`the volume ${name} is of a kind that is not known here`);
    const data = configMap ? await this.configMap(configMap.name) : await this.secret(secret?.secretName);
    if (source.items === undefined) return data;
    return Object.fromEntries(source.items.map(({ key, path }) => [path, keyOf(data, key)]));
  }

  private async variables({ env = [], envFrom = [] }: V1Container): Promise<Texts> {
    const all: Record<string, string> = {};
    for (const { configMapRef, secretRef } of envFrom)
      Object.assign(all, configMapRef ? await this.configMap(configMapRef.name) : await this.secret(secretRef?.name));
    for (const variable of env) all[variable.name] = await this.variable(variable);
    return all;
  }

  private async variable({ name, value, valueFrom }: V1EnvVar): Promise<string> {
    const { secretKeyRef, configMapKeyRef, ...others } = valueFrom ?? {};
    if (Object.keys(others).length > 0) throw new Error(`the variable ${name} is of a kind that is not known here`);
    if (secretKeyRef) return keyOf(await this.secret(secretKeyRef.name), secretKeyRef.key);
    if (configMapKeyRef) return keyOf(await this.configMap(configMapKeyRef.name), configMapKeyRef.key);
    return value ?? "";
  }

  private async configMap(name = ""): Promise<Texts> {
    const { data } = await this.host.core.readNamespacedConfigMap({ namespace: this.pod.namespace, name });
    return data ?? {};
  }

  private async secret(name = ""): Promise<Texts> {
    const gone = this.pod.gone?.find(({ metadata }) => metadata?.name === name);
    const { data } = gone ?? (await this.host.core.readNamespacedSecret({ namespace: this.pod.namespace, name }));
    return decoded(data);
  }
}

/** A Secret's texts. */
export function decoded(data: V1Secret["data"]): Texts {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
}

/** Runs a program to its end, with this environment and no other. */
export function finish([program = "", ...args]: readonly string[], env: Texts, cwd?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd, maxBuffer: 2 ** 28 }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
        output: `${stdout}${stderr}${typeof error?.code === "string" ? error.message : ""}`,
      }),
    );
  });
}

function keyOf(data: Texts, key: string): string {
  const value = data[key];
  if (value === undefined) throw new Error(`there is no key ${key} among ${Object.keys(data).join(", ")}`);
  return value;
}
