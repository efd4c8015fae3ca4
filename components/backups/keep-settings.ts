// Settings of how many backups of one kind stay, by age.
import { z } from "zod";

const kept = (usual: number, what: string) =>
  z.int().min(0).max(1000).default(usual).describe(`newest of each ${what}`);

/** At least the newest one stays in any case: the scripts never remove the last backup that is whole. */
export const keepSchema = z
  .strictObject({
    hourly: kept(24, "hour"),
    daily: kept(7, "day"),
    weekly: kept(5, "week"),
    monthly: kept(12, "month"),
  })
  .refine(({ hourly, daily, weekly, monthly }) => hourly + daily + weekly + monthly > 0, {
    error: "must keep something: at least one of hourly, daily, weekly and monthly",
  });
