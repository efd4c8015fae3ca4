// One part of a bill, and the settings that a bill is made from.
import type { Settings } from "../../settings-schema.ts";
import type { CapacitySettings } from "../capacity/pods.ts";

/** One line of a bill. */
export interface Part {
  /** What people call it. */
  readonly name: string;
  /** Key of its price. */
  readonly price: string;
  readonly atRest: number;
  /** Never less than at rest. */
  readonly atPeak: number;
}

/** The subjects that the bill depends on. */
export type BilledSettings = CapacitySettings &
  Pick<Settings, "database" | "cdn" | "dns" | "domains" | "mail" | "metrics" | "monitoring" | "workers" | "cost">;

/** A part of which there are always as many. */
export function fixedPart(name: string, price: string, quantity: number): Part {
  return { name, price, atRest: quantity, atPeak: quantity };
}
