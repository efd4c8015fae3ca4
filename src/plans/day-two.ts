// The jobs of day two as plans reckon with them: pods that come and go, and connections past the pools.
import { type DayTwoJob, dayTwoJobs } from "../../components/mastodon/day-two/jobs.ts";
import { railsPod } from "../../components/mastodon/demand.ts";
import type { Settings } from "../settings-schema.ts";
import type { PlannedPods } from "./capacity/pods.ts";

/** The settings that decide on jobs. */
export type DayTwoSubjects = Pick<Settings, "dayTwo" | "database">;

/** One pod for each job, since nothing keeps them from meeting. */
export function dayTwoPods(settings: DayTwoSubjects): PlannedPods[] {
  const requests = railsPod(settings.dayTwo.resources);
  return jobsOf(settings).map(({ name }) => ({ name, ...requests, atRest: 0, atPeak: 1 }));
}

/** What each job may open on the direct port. */
export function dayTwoConsumers(settings: DayTwoSubjects): { readonly name: string; readonly connections: number }[] {
  return jobsOf(settings).map(({ name, connections }) => ({ name, connections }));
}

function jobsOf({ dayTwo: settings, database }: DayTwoSubjects): DayTwoJob[] {
  return dayTwoJobs({ settings, searching: database.opensearch !== undefined, domains: [] });
}
