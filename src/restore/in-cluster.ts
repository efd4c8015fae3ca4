// Runs the restore's Job in the cluster and waits for it, showing what it says.
import { setTimeout as pause } from "node:timers/promises";
import { ApiException, BatchV1Api, CoreV1Api, KubeConfig, type V1Job } from "@kubernetes/client-node";
import { backupNamespace, drillNamespace } from "../../components/backups/names.ts";
import { namespaceName } from "../../components/mastodon/kubernetes/namespace.ts";
import { grantName } from "../../components/mastodon/workloads/database-preparation.ts";
import { environmentName } from "../../components/mastodon/workloads/rails-pod.ts";
import { UsageError } from "../stack-choice.ts";
import { dumpCronJob, type RestoreJob, restoreJob, restoreName, restoreSecret } from "./job.ts";

export interface ClusterJob extends Omit<RestoreJob, "variables"> {
  /** Text of a kubeconfig. */
  readonly kubeconfig: string;
  /** Text of the private age key. */
  readonly identity: string;
  readonly print: (line: string) => void;
}

/**
 * Begins where an interrupted run left off: a Job that runs is waited for, one that has succeeded is enough.
 * @throws UsageError with the Job's last words where it fails
 */
export async function restoreInCluster(args: ClusterJob): Promise<void> {
  const config = new KubeConfig();
  config.loadFromString(args.kubeconfig);
  const [batch, core] = [config.makeApiClient(BatchV1Api), config.makeApiClient(CoreV1Api)];
  const place = { namespace: backupNamespace, name: restoreName(args.run) };
  const before = await found(batch.readNamespacedJob(place));
  if (isFailed(before)) throw failed(place.name, await lastWords(core, place.name));
  if (!before) await begin(batch, core, args);
  try {
    await ended(batch, core, place, args.print);
  } finally {
    await found(core.deleteNamespacedSecret(place));
  }
}

async function begin(batch: BatchV1Api, core: CoreV1Api, args: ClusterJob): Promise<void> {
  const cronJob = await found(batch.readNamespacedCronJob({ namespace: backupNamespace, name: dumpCronJob }));
  if (!cronJob)
    throw new UsageError(
      `the cluster has no CronJob ${backupNamespace}/${dumpCronJob}, whose image and access the restore uses: set backups.enabled, and run \`pulumi up\``,
    );
  const grant = await secretTexts(core, namespaceName, grantName);
  const jobs = await secretTexts(core, namespaceName, environmentName("jobs"));
  const environment = args.copy === "offsite" ? await offsiteAccess(core) : {};
  const secret = restoreSecret(args.run, {
    identity: args.identity,
    password: jobs["DB_PASS"] ?? "",
    admin: { user: grant["PGUSER"] ?? (await settingText(core, "PGUSER")), password: grant["PGPASSWORD"] ?? "" },
    environment,
  });
  const job = restoreJob(cronJob, { ...args, variables: Object.keys(environment) });
  await found(core.deleteNamespacedSecret({ namespace: backupNamespace, name: restoreName(args.run) }));
  await core.createNamespacedSecret({ namespace: backupNamespace, body: secret });
  await batch.createNamespacedJob({ namespace: backupNamespace, body: job });
}

async function settingText(core: CoreV1Api, key: string): Promise<string> {
  const map = await found(core.readNamespacedConfigMap({ namespace: namespaceName, name: grantName }));
  return map?.data?.[key] ?? "doadmin";
}

/** The drill's key, which may read the copy and nothing else. */
async function offsiteAccess(core: CoreV1Api): Promise<Record<string, string>> {
  const name = "drill-offsite";
  const map = await found(core.readNamespacedConfigMap({ namespace: drillNamespace, name }));
  const all = { ...map?.data, ...(await secretTexts(core, drillNamespace, name)) };
  return Object.fromEntries(Object.entries(all).filter(([key]) => /^(RCLONE_CONFIG_)?OFFSITE_/.test(key)));
}

async function secretTexts(core: CoreV1Api, namespace: string, name: string): Promise<Record<string, string>> {
  const secret = await found(core.readNamespacedSecret({ namespace, name }));
  return Object.fromEntries(
    Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
}

async function ended(
  batch: BatchV1Api,
  core: CoreV1Api,
  place: { readonly namespace: string; readonly name: string },
  print: (line: string) => void,
): Promise<void> {
  let shown = 0;
  for (;;) {
    const job = await batch.readNamespacedJob(place);
    const lines = (await lastWords(core, place.name)).split("\n").filter((line) => line !== "");
    for (const line of lines.slice(shown)) print(`    ${line}`);
    shown = Math.max(shown, lines.length);
    if ((job.status?.succeeded ?? 0) > 0) return;
    if (isFailed(job)) throw failed(place.name, lines.slice(-5).join("\n"));
    await pause(5000);
  }
}

function isFailed(job: V1Job | undefined): boolean {
  return (job?.status?.conditions ?? []).some(({ type, status }) => type === "Failed" && status === "True");
}

function failed(name: string, words: string): UsageError {
  return new UsageError(
    `the Job ${backupNamespace}/${name} failed:\n${words}\nWhat it did is in its log. To try again: empty the new database, delete the Job (kubectl -n ${backupNamespace} delete job ${name}), and run this command again`,
  );
}

/** The log of its pod so far; nothing while there is none. */
async function lastWords(core: CoreV1Api, name: string): Promise<string> {
  const { items } = await core.listNamespacedPod({
    namespace: backupNamespace,
    labelSelector: `batch.kubernetes.io/job-name=${name}`,
  });
  const pod = items.at(-1)?.metadata?.name;
  if (pod === undefined) return "";
  try {
    return await core.readNamespacedPodLog({ namespace: backupNamespace, name: pod, container: "restore" });
  } catch {
    return "";
  }
}

/** Nothing where the object is not there. */
async function found<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
