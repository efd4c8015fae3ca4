// Dates as settings and outputs have them: days in UTC, such as 2026-12-08.

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** The day of a point in time, in UTC. */
export function dateOf(time: Date | number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The date so many days later; earlier for a negative number. */
export function daysAfter(date: string, days: number): string {
  return dateOf(Date.parse(date) + days * dayMs);
}

/** Days from one date to another; negative when the other one is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}
