// The environment of what runs on the host in Kansas City: one store to read, one place to write.
import { shellVariables } from "../../host/program.ts";
import { rcloneProvider } from "../../storage/rclone-provider.ts";
import { gatewayPorts } from "../../tailnet/targets.ts";
import type { KansasCitySettings } from "./settings.ts";

/** A key, in plain text: this is made where secrets are known. */
export interface StoreKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface PullEnvironment {
  /** The stack's name. */
  readonly server: string;
  readonly settings: KansasCitySettings;
  /** The backups bucket, with the key that may only read it. */
  readonly source: StoreKey & { readonly bucket: string; readonly region: string; readonly endpoint: string };
  /** Opens the target, where that is a bucket. */
  readonly targetKey: StoreKey | undefined;
  /** Names on the tailnet of the machines that lead to the metrics; none where nothing is measured. */
  readonly gateways: readonly string[];
  /** Addresses that a success calls. */
  readonly heartbeats: { readonly pull: string | undefined; readonly drill: string | undefined };
  /** Major version of the server's PostgreSQL. */
  readonly postgresql: string;
}

/** Environment files of the two services. */
export function environmentFiles(options: PullEnvironment): { readonly pull: string; readonly drill: string } {
  const { settings, heartbeats, postgresql } = options;
  const { keep, keepDeletedDays } = settings;
  const copy = target(options);
  return {
    pull: shellVariables({
      ...common("kansas-city", settings.scratch, options, heartbeats.pull),
      ...source(options),
      ...copy,
      KEEP_HOURLY: String(keep.hourly),
      KEEP_DAILY: String(keep.daily),
      KEEP_WEEKLY: String(keep.weekly),
      KEEP_MONTHLY: String(keep.monthly),
      KEEP_DELETED_DAYS: String(keepDeletedDays),
    }),
    drill: shellVariables({
      // A folder of its own, because the pull believes what it finds in its folder.
      ...common("drill-kansas-city", `${settings.scratch}/drill`, options, heartbeats.drill),
      ...copy,
      DRILL_REPORTS: `${copy.KANSAS_CITY_PLACE}/drills`, // the key of the host writes nothing into the backups bucket
      POSTGRESQL: postgresql,
    }),
  };
}

function common(
  task: "kansas-city" | "drill-kansas-city",
  scratch: string,
  { server, gateways }: PullEnvironment,
  heartbeat: string | undefined,
): Record<string, string> {
  return {
    BACKUP_SERVER: server,
    BACKUP_TASK: task,
    BACKUP_WORK: scratch,
    HOME: scratch,
    TMPDIR: scratch,
    ...(gateways.length > 0 && { GATEWAYS: gateways.join(" "), METRICS_PORT: String(gatewayPorts.pushgateway) }),
    ...(heartbeat !== undefined && { BACKUP_HEARTBEAT_URL: heartbeat }),
  };
}

function source({ source: { bucket, region, endpoint, ...key } }: PullEnvironment): Record<string, string> {
  return {
    ...s3Remote("BACKUPS", rcloneProvider("DigitalOcean", endpoint), `https://${endpoint}`, region, key),
    BACKUPS_BUCKET: bucket,
  };
}

/** A folder, or any place that rclone knows: the same to the scripts. */
function target({ settings: { target: to }, targetKey }: PullEnvironment) {
  if (to.kind === "folder") return { KANSAS_CITY_PLACE: to.path };
  if (targetKey === undefined) throw new Error("the bucket of the copy has a key; the settings' rules see to it");
  const remote = s3Remote("COPY", "Other", `https://${to.endpoint}`, to.region, targetKey);
  return { ...remote, KANSAS_CITY_PLACE: `COPY:${to.bucket}` };
}

/** An rclone remote, which needs no file this way. */
function s3Remote(
  name: string,
  provider: string,
  endpoint: string,
  region: string,
  { accessKeyId, secretAccessKey }: StoreKey,
): Record<string, string> {
  const values = {
    TYPE: "s3",
    PROVIDER: provider,
    ENDPOINT: endpoint,
    REGION: region,
    ACCESS_KEY_ID: accessKeyId,
    SECRET_ACCESS_KEY: secretAccessKey,
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`RCLONE_CONFIG_${name}_${key}`, value]));
}
