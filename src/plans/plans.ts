// Every plan that follows from the settings alone: a table for people, and the same figures for the output `plans`.
import type { Outputs } from "../outputs.ts";
import type { Settings } from "../settings-schema.ts";
import { backupWarnings } from "./backup-warnings.ts";
import { capacityFigures } from "./capacity/figures.ts";
import { capacityTable } from "./capacity/table.ts";
import { connectionFigures } from "./connections/figures.ts";
import { connectionTable } from "./connections/table.ts";
import { overBudget } from "./cost/budget.ts";
import { costFigures } from "./cost/figures.ts";
import { costTable } from "./cost/table.ts";

export interface Plans {
  /** One table for each plan, without colours, in the order in which they are printed. */
  readonly tables: readonly string[];
  /** What nobody asked to be refused, but everybody should know. */
  readonly warnings: readonly string[];
  /** The figures, as `outputs.ts` describes them. */
  readonly figures: NonNullable<Outputs["plans"]>;
}

/** Makes all plans. What cannot be carried out was refused with the settings already. */
export function makePlans(settings: Settings): Plans {
  return {
    tables: [capacityTable(settings), connectionTable(settings), costTable(settings)],
    warnings: [...budgetWarnings(settings), ...escrowWarnings(settings), ...backupWarnings(settings)],
    figures: {
      capacity: capacityFigures(settings),
      connections: connectionFigures(settings),
      cost: costFigures(settings),
    },
  };
}

function budgetWarnings(settings: Settings): string[] {
  const message = overBudget(settings);
  return message === undefined ? [] : [`mastodon:cost.budget.monthly: ${settings.cost.budget?.monthly} ${message}`];
}

/** A server that matters has its keys somewhere else too. */
function escrowWarnings({ protect, escrow }: Settings): string[] {
  if (!protect || escrow.recipients.length > 0) return [];
  return [
    "mastodon:escrow.recipients: [] keeps the server's keys in this stack's state only: lose the state or its passphrase, and no backup brings back two-factor logins; name the public age keys of two people (docs/secrets.md)",
  ];
}
