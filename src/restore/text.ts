// A plan as a person reads it before saying yes: what will be missed, what is done with which commands, how long it takes.
import { ageOf, type Backup, sizeText } from "./copies.ts";
import { nameOf } from "./deployment.ts";
import type { Action, Plan, Step } from "./plan.ts";

/** @param stepsDone how many were done by an earlier run */
export function planText(plan: Plan, stepsDone = 0): string {
  const minutes = plan.steps.reduce((sum, { estimate }) => sum + (estimate?.minutes ?? 0), 0);
  return [
    `Restore of the stack ${plan.stack}, planned ${plan.made}`,
    "",
    ...plan.lost.map((line) => `  lost: ${line}`),
    ...plan.warnings.map((line) => `  warning: ${line}`),
    ...(plan.lost.length + plan.warnings.length > 0 ? [""] : []),
    ...plan.steps.flatMap((step, index) => [...stepLines(step, index, plan.stack, index < stepsDone), ""]),
    `About ${minutes} min for what is estimated. The old database is neither written to nor deleted by any of this.`,
  ].join("\n");
}

function stepLines({ title, actions, estimate, check }: Step, index: number, stack: string, done: boolean): string[] {
  return [
    `${String(index + 1).padStart(2)}. ${title}${done ? " (done)" : ""}`,
    ...actions.flatMap((action) => commandLines(action, stack).map((line) => `     ${line}`)),
    ...(check === undefined ? [] : [`     checked: ${check}`]),
    ...(estimate === undefined ? [] : [`     ~ ${estimate.minutes} min: ${estimate.basis}`]),
  ];
}

/** What a person would type, where it is a command; otherwise in words. */
export function commandLines(action: Action, stack: string): string[] {
  switch (action.kind) {
    case "save-state":
      return [`pulumi stack export --stack ${stack} --file state-before.json`];
    case "set":
      return [`pulumi config set --stack ${stack} --path 'mastodon:${action.path}' ${action.value}`];
    case "unset":
      return [`pulumi config rm --stack ${stack} --path 'mastodon:${action.path}'`];
    case "secrets":
      return [`age --decrypt … | pulumi config set --secret, for each key (docs/secrets.md)`];
    case "set-aside":
      return [
        `take ${action.resources.length} resources out of the state; in the cloud they stay as they are:`,
        ...(action.stays.length > 0 ? action.stays : action.resources.map(({ urn }) => nameOf(urn))).map(
          (line) => `  ${line}`,
        ),
      ];
    case "up":
      return [
        `pulumi up --stack ${stack}${action.exclude.map((one) => ` --exclude '${one}'`).join("")}${action.exclude.length > 0 ? " --exclude-dependents" : ""}`,
      ];
    case "restore-job":
      return [`in the cluster: /opt/backup/restore --apply --copy ${action.copy} --stamp ${action.stamp}`];
    case "upload":
      return [`rclone copy '${action.folder}' BACKUPS:<backups bucket>/database/${action.stamp}`];
    case "media":
      return [
        action.key === undefined
          ? "rclone copy --checksum BACKUPS:<backups bucket>/media/current MEDIA:<media bucket>"
          : `rclone copyto BACKUPS:<backups bucket>/media/…/${action.key} MEDIA:<media bucket>/${action.key}`,
      ];
    case "person":
      return [`by hand: ${action.what}`];
    default:
      throw new Error(`no words for ${JSON.stringify(action)}`);
  }
}

/** What a copy holds, newest first. */
export function backupLines(backups: readonly Backup[], now: Date): string[] {
  return backups.map(({ stamp, manifest: { file, tables, postgresql } }) => {
    const rows = Object.entries(tables)
      .filter(([table]) => ["accounts", "statuses", "users"].includes(table))
      .map(([table, count]) => `${count} ${table}`);
    return `  ${stamp}  ${ageOf(stamp, now).padStart(10)} old  ${sizeText(file.size).padStart(9)}  PostgreSQL ${postgresql.server}  ${rows.join(", ")}`;
  });
}
