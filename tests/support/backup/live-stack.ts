// A whole stack on the local cloud with real stores behind it, as its backups see it: through the stack's own outputs, keys and objects of the cluster.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { KubeConfig, type V1PodSpec, type V1Secret } from "@kubernetes/client-node";
import { engineEnvironment } from "../../../local/engine/environment.ts";
import { kubeconfigPath, projectRoot } from "../../../local/home.ts";
import { type Outputs, outputsSchema } from "../../../src/outputs.ts";
import { storePath, storePrograms } from "../../../tools/store-programs.ts";
import { clientOf, type TestClient } from "../../cluster/support.ts";
import { runLocal } from "../local-cloud.ts";
import { type Changes, writeSettings } from "../plan.ts";
import { localPulumi } from "../restore/local-pulumi.ts";
import type { Outcome } from "./bench.ts";
import { decoded, finish, PodOnHost } from "./pod-on-host.ts";
import { heartbeatPath, type Recorder, startRecorder } from "./recorder.ts";

type Texts = Readonly<Record<string, string>>;

export class LiveStack {
  readonly home: string;
  readonly settings: string;
  readonly folder: string;
  readonly client: TestClient;
  readonly kubeconfig: string;
  readonly outputs: Outputs;
  readonly recorder: Recorder;
  /** What this machine gives to every program: where programs are, and whom to trust. */
  readonly environment: Texts;

  private constructor(known: Pick<LiveStack, "home" | "outputs" | "recorder" | "environment">) {
    this.home = known.home;
    this.settings = settingsOf(known.home);
    this.folder = join(known.home, "pods");
    this.outputs = known.outputs;
    this.recorder = known.recorder;
    this.environment = known.environment;
    this.kubeconfig = readFileSync(kubeconfigPath(known.home), "utf8");
    this.client = clientOf(this.kubeconfig);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Brings the local stack up in the home, with the changes to its settings. */
  static async up(home: string, changes: Changes): Promise<LiveStack> {
    writeSettings(settingsOf(home), changes);
    const { code, text } = await runLocal(home, "up", "--settings", settingsOf(home));
    if (code !== 0) throw new Error(text);
    const outputs = outputsSchema.parse(await localPulumi(home, settingsOf(home)).allOutputs());
    const environment = { PATH: storePath(await storePrograms()), LC_ALL: "C.UTF-8", ...(await trust(home)) };
    return new LiveStack({ home, outputs, recorder: await startRecorder(), environment });
  }

  /** A setting in the clear. */
  async setting(path: string): Promise<string> {
    return (await localPulumi(this.home, this.settings).setting(path)) ?? "";
  }

  /** Runs what the CronJob runs, once. @param instead as of a pod */
  async runCronJob(namespace: string, name: string, instead: Texts = {}): Promise<Outcome> {
    return this.pod(namespace, await this.cronJobSpec(namespace, name), { instead }).run();
  }

  async cronJobSpec(namespace: string, name: string): Promise<V1PodSpec> {
    const { spec } = await this.client.batch.readNamespacedCronJob({ namespace, name });
    const template = spec?.jobTemplate.spec?.template.spec;
    if (template === undefined) throw new Error(`the CronJob ${name} has no pod`);
    return template;
  }

  pod(
    namespace: string,
    spec: V1PodSpec,
    { instead = {}, gone = [] }: { readonly instead?: Texts; readonly gone?: readonly V1Secret[] } = {},
  ): PodOnHost {
    const host = { core: this.client.core, folder: this.folder, environment: this.environment };
    return new PodOnHost(host, { namespace, spec, gone, instead: { ...this.told, ...instead } });
  }

  /** Where news go, which in the cluster is a Pushgateway and somebody's watchdog. */
  get told(): Texts {
    return {
      BACKUP_METRICS_URL: this.recorder.url,
      BACKUP_HEARTBEAT_URL: `${this.recorder.url}${heartbeatPath}`,
      BACKUP_RETRY_SECONDS: "1",
    };
  }

  async secret(namespace: string, name: string): Promise<Texts> {
    return decoded((await this.client.core.readNamespacedSecret({ namespace, name })).data);
  }

  async configMap(namespace: string, name: string): Promise<Texts> {
    return (await this.client.core.readNamespacedConfigMap({ namespace, name })).data ?? {};
  }

  /** Runs one of the project's commands as the stack's operator does. */
  async command(script: string, ...args: readonly string[]): Promise<Outcome> {
    const environment = { ...engineEnvironment(this.home), ...this.environment };
    const path = `${join(this.home, "engine", "bin")}:${this.environment["PATH"]}`;
    const chosen = ["--settings", this.settings, "--stack", "local"];
    return finish([process.execPath, join(projectRoot, script), ...chosen, ...args], { ...environment, PATH: path });
  }

  /** A token of the account, as a pod of it gets one, in a folder as pods find it. */
  async accountFolder(namespace: string, name: string): Promise<string> {
    const folder = join(this.folder, `account-${name}`);
    mkdirSync(folder, { recursive: true });
    const { status } = await this.client.core.createNamespacedServiceAccountToken({
      namespace,
      name,
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    writeFileSync(join(folder, "token"), status?.token ?? "", { mode: 0o600 });
    writeFileSync(join(folder, "ca.crt"), this.authorityOfCluster());
    return folder;
  }

  private authorityOfCluster(): string {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    return Buffer.from(config.getCurrentCluster()?.caData ?? "", "base64").toString();
  }
}

const settingsOf = (home: string) => join(home, "settings.yaml");

/** What `npm run local -- env` tells of authorities, for programs that are not Node's. The database's is among the pods' own files. */
async function trust(home: string): Promise<Texts> {
  const { text } = await runLocal(home, "env");
  const shell =
    'eval "$1"; for name in AWS_CA_BUNDLE RCLONE_CA_CERT SSL_CERT_FILE CURL_CA_BUNDLE; do eval "echo $name=\\$$name"; done';
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", shell, "sh", text]);
  return Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
}
