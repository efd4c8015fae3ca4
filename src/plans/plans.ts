// Every plan that follows from the settings alone: a table for people, and the same figures for the output `plans`.
import type { Outputs } from "../outputs.ts";
import type { Settings } from "../settings-schema.ts";
import { capacityFigures } from "./capacity/figures.ts";
import { capacityTable } from "./capacity/table.ts";
import { connectionPlan, connectionTable } from "./connections/table.ts";

export interface Plans {
  /** One table for each plan, without colours, in the order in which they are printed. */
  readonly tables: readonly string[];
  /** The figures, as `outputs.ts` describes them. */
  readonly figures: NonNullable<Outputs["plans"]>;
}

/** Makes all plans. What cannot be carried out was refused with the settings already. */
export function makePlans(settings: Settings): Plans {
  return {
    tables: [capacityTable(settings), connectionTable(settings)],
    figures: { capacity: capacityFigures(settings), connections: connectionPlan(settings) },
  };
}
