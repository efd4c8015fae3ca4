// The Job that restores a database in the cluster: made of the dump's own CronJob, with another database, another user and a key for as long as it runs.
import type { V1CronJob } from "@kubernetes/client-node";
import { expect, it } from "vitest";
import { backupJobs } from "../../components/backups/jobs.ts";
import { backupNamespace, identityFile } from "../../components/backups/names.ts";
import { backupCronJob } from "../../components/backups/pod.ts";
import { restoreJob, restoreName, restoreSecret } from "../../src/restore/job.ts";
import { parseSettings } from "../../src/settings.ts";
import { stackFile, withSecrets } from "../stacks.ts";

const run = "20261123T153000Z";
const stamp = "20261123T120000Z";
const { backups } = parseSettings(withSecrets(stackFile("prod")));
const [dump] = backupJobs(backups);
if (dump === undefined) throw new Error("there is no dump");
const options = { image: "registry.example/backup:1", placement: { nodeSelector: {}, tolerations: [] } };
// As the API server gives it back: plain JSON.
const cronJobSpec: NonNullable<V1CronJob["spec"]> = JSON.parse(JSON.stringify(backupCronJob(dump, options)));
const cronJob: V1CronJob = { spec: cronJobSpec };
const database = { host: "new.example", port: 25_060, name: "mastodon", user: "mastodon" };
const job = restoreJob(cronJob, { run, copy: "offsite", stamp, variables: ["OFFSITE_BUCKET"], database });
const pod = job.spec?.template.spec;
const [container] = pod?.containers ?? [];
const [grant] = pod?.initContainers ?? [];
const valueOf = (name: string) => container?.env?.findLast((one) => one.name === name);

it("runs the restore of the dump's own image, once, into the new database", () => {
  expect(job.metadata).toMatchObject({ name: "restore-20261123t153000z", namespace: backupNamespace });
  expect(job.spec?.backoffLimit).toBe(0);
  expect(container?.image).toBe(options.image);
  expect([...(container?.command ?? []), ...(container?.args ?? [])]).toEqual([
    "/opt/backup/restore",
    "--apply",
    "--copy",
    "offsite",
    "--stamp",
    stamp,
  ]);
  expect(valueOf("PGHOST")?.value).toBe("new.example");
  expect(valueOf("PGUSER")?.value).toBe("mastodon");
});

it("has the labels by which network policies let the dump through", () => {
  expect(job.spec?.template.metadata?.labels).toEqual(cronJob.spec?.jobTemplate.spec?.template.metadata?.labels);
  expect(Object.keys(job.spec?.template.metadata?.labels ?? {})).not.toEqual([]);
});

it("lets the application make tables first, as the administrator", () => {
  expect(grant?.args).toEqual(['GRANT USAGE, CREATE ON SCHEMA public TO "mastodon"']);
  const names = grant?.env?.flatMap(({ name, valueFrom }) =>
    valueFrom ? [`${name}=${valueFrom.secretKeyRef?.key}`] : [],
  );
  expect(names).toEqual(["PGUSER=ADMIN_USER", "PGPASSWORD=ADMIN_PASSWORD"]);
});

it("has the private key as a file and nowhere else", () => {
  const secrets = {
    identity: "AGE-SECRET-KEY-1",
    password: "p",
    admin: { user: "doadmin", password: "a" },
    environment: {},
  };
  expect(restoreSecret(run, secrets).stringData?.["identity.txt"]).toBe("AGE-SECRET-KEY-1");
  expect(container?.env?.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? [])).toEqual([
    "PGPASSWORD",
    "OFFSITE_BUCKET",
  ]);
  expect(container?.envFrom?.map(({ secretRef }) => secretRef?.name)).not.toContain(restoreName(run));
  const volume = pod?.volumes?.find(({ secret }) => secret?.secretName === restoreName(run));
  const mount = container?.volumeMounts?.find(({ name }) => name === volume?.name);
  expect(`${mount?.mountPath}/${volume?.secret?.items?.[0]?.path}`).toBe(identityFile);
  expect(valueOf("BACKUP_IDENTITY_FILE")?.value).toBe(identityFile);
  expect(grant?.volumeMounts?.map(({ name }) => name)).not.toContain(volume?.name);
});

it("is refused where the CronJob is none that it knows", () => {
  expect(() =>
    restoreJob(
      { spec: { schedule: "* * * * *", jobTemplate: {} } },
      { run, copy: "backups", stamp, variables: [], database },
    ),
  ).toThrow("has no single container");
});
