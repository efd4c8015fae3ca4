// What the simulation assumes beyond the settings, read from the one file that states it with its sources.
import { z } from "zod";
import { queues } from "../../components/mastodon/rules/queues.ts";
import data from "./assumptions.json" with { type: "json" };

const queueSchema = z.strictObject({
  /** Of all jobs. */
  share: z.number().min(0).max(1),
  /** That a thread is busy with a job. */
  seconds: z.number().positive(),
  /** Of these, in Ruby: one process has one core's worth of them. */
  cpuSeconds: z.number().positive(),
  /** Share of the time in which a server connection of the pool is held. */
  databaseShare: z.number().min(0).max(1),
});

const numberSchema = z.strictObject({ value: z.number().nonnegative(), source: z.string() });

const dataSchema = z.strictObject({
  about: z.string(),
  jobsPerDay: numberSchema,
  dayCurve: z.strictObject({ value: z.array(z.number().positive()).length(24), source: z.string() }),
  bursts: z.strictObject({
    value: z.strictObject({ perHour: z.number(), queue: z.enum(queues), jobs: z.number() }),
    source: z.string(),
  }),
  queues: z.record(z.enum(queues), queueSchema),
  queuesSource: z.string(),
  podStartSeconds: numberSchema,
  nodeStartSeconds: numberSchema,
  nodeIdleSeconds: numberSchema,
  autoscalerSeconds: numberSchema,
});

const stated = dataSchema.parse(data);

export type Cost = z.output<typeof queueSchema>;

export const assumptions = {
  jobsPerDay: stated.jobsPerDay.value,
  /** Load by hour, as a multiple of the mean. */
  dayCurve: stated.dayCurve.value,
  bursts: stated.bursts.value,
  queues: new Map<string, Cost>(Object.entries(stated.queues)),
  podStartSeconds: stated.podStartSeconds.value,
  nodeStartSeconds: stated.nodeStartSeconds.value,
  nodeIdleSeconds: stated.nodeIdleSeconds.value,
  autoscalerSeconds: stated.autoscalerSeconds.value,
};

export type Assumptions = Readonly<typeof assumptions>;

/** The same server with fewer or more jobs a day: its bursts shrink and grow with them. */
export function assumptionsFor(jobsPerDay: number): Assumptions {
  const { bursts } = assumptions;
  const jobs = Math.round((bursts.jobs * jobsPerDay) / assumptions.jobsPerDay);
  return { ...assumptions, jobsPerDay, bursts: { ...bursts, jobs } };
}
