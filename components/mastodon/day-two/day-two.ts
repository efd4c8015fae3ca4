// What a server needs besides running: jobs that run once, and jobs that come again.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createAccount, createPolicies, unawaited } from "../kubernetes/objects.ts";
import { childOf, named, type Scope } from "../kubernetes/scope.ts";
import { roleLabels } from "../workloads/workload.ts";
import { type DayTwoJob, dayTwoJobs, type DayTwoNeeds, type DayTwoRole, scriptText } from "./jobs.ts";
import { cronJobSpec, type DayTwoPlan, fingerprint, jobSpec, scriptsName } from "./pod.ts";
import { type DayTwoFlows, dayTwoPolicy } from "./policies.ts";

export interface DayTwoArgs extends DayTwoNeeds, DayTwoPlan {
  /** Of the cluster. */
  readonly provider: kubernetes.Provider;
  /** Mastodon's namespace, whose configuration the jobs read. */
  readonly namespace: pulumi.Input<string>;
  readonly flows: DayTwoFlows;
  /** Address of the search: another one has no indices yet. */
  readonly searchHost?: pulumi.Input<string> | undefined;
}

/** Comes after the server, whose database and configuration have to be there. */
export class DayTwo extends pulumi.ComponentResource {
  /** Names of Jobs and CronJobs by the names in the plan. */
  readonly names: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: DayTwoArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastodon:mastodon:DayTwo", name, {}, opts);
    const scope: Scope = { name, namespace: args.namespace, parent: this, provider: args.provider };
    const jobs = dayTwoJobs(args);
    const guards = [...new Set(jobs.map(({ role }) => role))].flatMap((role) => guard(scope, role, args.flows));
    const before = [...guards, ...scripts(scope, jobs)];
    this.names = new Map(jobs.map((job) => [job.name, create(scope, job, args, before)]));
    this.registerOutputs();
  }
}

/** An account without any right, and the flows of its pods. */
function guard(scope: Scope, role: DayTwoRole, flows: DayTwoFlows): pulumi.Resource[] {
  return [
    createAccount(scope, named(scope, role, roleLabels(role)), role),
    ...createPolicies(scope, { [role]: dayTwoPolicy(role, flows) }),
  ];
}

/** The scripts that some job runs. */
function scripts(scope: Scope, jobs: readonly DayTwoJob[]): pulumi.Resource[] {
  const files = jobs.flatMap(({ script }) => (script === undefined ? [] : [script]));
  if (files.length === 0) return [];
  const data = Object.fromEntries(files.map((file) => [file, scriptText(file)]));
  return [
    new kubernetes.core.v1.ConfigMap(
      `${scope.name}-scripts`,
      { metadata: named(scope, scriptsName), data },
      childOf(scope),
    ),
  ];
}

function create(scope: Scope, job: DayTwoJob, args: DayTwoArgs, before: pulumi.Resource[]): pulumi.Output<string> {
  const { occasion } = job;
  if ("at" in occasion) return createCronJob(scope, job, occasion.at, args, before);
  return occasion.once === "ever" ? createOnce(scope, job, args, before) : createEachVersion(scope, job, args, before);
}

function createCronJob(
  scope: Scope,
  job: DayTwoJob,
  schedule: string,
  args: DayTwoArgs,
  before: pulumi.Resource[],
): pulumi.Output<string> {
  const metadata = named(scope, job.name, roleLabels(job.role));
  const spec = cronJobSpec(job, schedule, args.settings.timeZone, args);
  return new kubernetes.batch.v1.CronJob(`${scope.name}-${job.name}`, { metadata, spec }, childOf(scope, before))
    .metadata.name;
}

/**
 * Named by what it does, the logical name too, so that something else is another Job. Whatever else changes later, the image first of all, must
 * not run it again.
 */
function createOnce(scope: Scope, job: DayTwoJob, args: DayTwoArgs, before: pulumi.Resource[]): pulumi.Output<string> {
  const name = `${job.name}-${fingerprint(job.args, job.script, job.variables)}`;
  return new kubernetes.batch.v1.Job(
    `${scope.name}-${name}`,
    { metadata: withPatience(named(scope, name, roleLabels(job.role)), job), spec: jobSpec(job, args) },
    { ...childOf(scope, before), ...patience, ignoreChanges: ["spec"] },
  ).metadata.name;
}

/** Named by all that it is made of, the version among it, and by the search that it fills. */
function createEachVersion(
  scope: Scope,
  job: DayTwoJob,
  args: DayTwoArgs,
  before: pulumi.Resource[],
): pulumi.Output<string> {
  const spec = jobSpec(job, args);
  const name = pulumi
    .output(args.searchHost)
    .apply((host) => `${job.name}-${fingerprint(spec, job.script && scriptText(job.script), host)}`);
  const metadata = { ...withPatience(named(scope, job.name, roleLabels(job.role)), job), name };
  return new kubernetes.batch.v1.Job(
    `${scope.name}-${job.name}`,
    { metadata, spec },
    { ...childOf(scope, before), ...patience },
  ).metadata.name;
}

/** A little longer than the job's own limit, so that its own verdict comes first. */
const patience: pulumi.CustomResourceOptions = { customTimeouts: { create: "20m", update: "20m" } };

/** An update does not wait for what may take days. */
function withPatience(metadata: kubernetes.types.input.meta.v1.ObjectMeta, { occasion }: DayTwoJob) {
  const waits = "awaited" in occasion && occasion.awaited;
  return waits ? metadata : unawaited(metadata);
}
