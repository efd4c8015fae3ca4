// Connections to PostgreSQL: no more than the pools offer and its size allows.
import type { Problem } from "../../components/problem.ts";
import type { ConnectionSettings } from "../plans/connections/budget.ts";
import { connectionProblems } from "../plans/connections/problems.ts";
import { rule } from "./rule.ts";

/** A server that runs out of connections fails as a whole, and at the moment of its highest load (facts/peers C6). */
export function assertConnectionsSuffice(settings: ConnectionSettings): Problem[] {
  return connectionProblems(settings);
}

export const connectionsRules = [
  rule(["backups", "database", "dayTwo", "mastodon", "workers"], assertConnectionsSuffice),
];
