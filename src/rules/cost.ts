// The budget: a stack that would cost more is refused, when the budget says so.
import type { Problem } from "../../components/problem.ts";
import { overBudget } from "../plans/cost/budget.ts";
import type { BilledSettings } from "../plans/cost/part.ts";
import { rule } from "./rule.ts";

/** With `warn` the preview says the same and goes on. */
export function assertWithinBudget(settings: BilledSettings): Problem[] {
  const { budget } = settings.cost;
  const message = budget?.action === "refuse" ? overBudget(settings) : undefined;
  return message === undefined ? [] : [{ path: "cost.budget.monthly", value: budget?.monthly, message }];
}

/** The nodes that a bill counts follow from everything that runs on them. */
const needs = [
  "kubernetes",
  "mastodon",
  "certificates",
  "secrets",
  "database",
  "cdn",
  "dns",
  "domains",
  "mail",
  "metrics",
  "backups",
  "autoscaling",
  "monitoring",
  "tailnet",
  "workers",
  "cost",
  "dayTwo",
] as const;

export const costRules = [rule(needs, assertWithinBudget)];
