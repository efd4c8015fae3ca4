// Spans of time as people write them in settings: `90m`, `24h`, `7d`.
import { z } from "zod";

const units = { m: 60, h: 3600, d: 86_400 } as const;

/** A whole number of minutes, hours or days. */
export const durationSchema = z.string().regex(/^[1-9]\d{0,4}[mhd]$/, {
  error: "must be a whole number of minutes, hours or days, for example 90m, 24h or 7d",
});

/** Seconds of a span that the schema above took. */
export function durationSeconds(text: string): number {
  const unit = Object.entries(units).find(([letter]) => text.endsWith(letter));
  return Number.parseInt(text, 10) * (unit?.[1] ?? Number.NaN);
}

/** For people: `2d`, `1h 30m`. Less than a minute is rounded up. */
export function durationText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const parts = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor((minutes % 1440) / 60), "h"],
    [minutes % 60, "m"],
  ] as const;
  // Up to two days people think in hours.
  const said = minutes < 2 * 1440 ? ([[Math.floor(minutes / 60), "h"], parts[2]] as const) : parts;
  const text = said.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return text.length === 0 ? "0m" : text.join(" ");
}
