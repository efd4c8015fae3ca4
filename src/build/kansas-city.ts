// Builds the host in Kansas City: its two keys, and the script that lets it pull the backups.
import * as pulumi from "@pulumi/pulumi";
import { derivedReportKey } from "../../components/backups/drill-keys.ts";
import { environmentFiles, type StoreKey } from "../../components/backups/kansas-city/environment.ts";
import { hostConfiguration, pullBundle } from "../../components/backups/kansas-city/files.ts";
import { KansasCity, kansasCityHostname } from "../../components/backups/kansas-city/kansas-city.ts";
import type { KansasCitySettings } from "../../components/backups/kansas-city/settings.ts";
import { kansasCityConsumer } from "../../components/storage/consumers.ts";
import type { Tailnet } from "../../components/tailnet/tailnet.ts";
import { gatewayNames } from "../../components/workers/reach.ts";
import { spacesKeyName } from "../names.ts";
import { machinesOf } from "../rules/tailnet.ts";
import { providerOf } from "../providers.ts";
import type { Context } from "./context.ts";
import type { Storage } from "./storage.ts";

export interface KansasCityParts {
  readonly storage: Storage;
  readonly tailnet: Tailnet;
}

/** @returns secret: the bundle of the host; undefined where none is declared */
export function buildKansasCity(context: Context, parts: KansasCityParts): pulumi.Output<string> | undefined {
  const { settings, providers } = context;
  const { kansasCity } = settings.backups;
  if (kansasCity === undefined) return undefined;
  const { bucket } = parts.storage.backups;
  const host = new KansasCity(
    "kansas-city",
    {
      settings: kansasCity,
      bucket: bucket.bucket,
      keyName: spacesKeyName(settings.name, kansasCityConsumer.consumer),
      policy: parts.tailnet.acl,
    },
    { providers: [providerOf(providers.digitalocean), providers.tailscale] },
  );
  const { accessKeyId, secretAccessKey, tailnetKey } = host;
  const given = pulumi.all([bucket.bucket, bucket.endpoint, accessKeyId, secretAccessKey, tailnetKey]);
  return pulumi.secret(
    given.apply(([name, endpoint, id, secret, key]) => {
      const source = { bucket: name, endpoint, accessKeyId: id, secretAccessKey: secret };
      return bundle(context, kansasCity, { source, key });
    }),
  );
}

/** What the clouds made for this host, in plain text. */
interface Given {
  readonly source: StoreKey & { readonly bucket: string; readonly endpoint: string };
  /** To the tailnet. */
  readonly key: string;
}

/** The operator's secrets that it needs, and no others. */
function secretsOf({ settings }: Context, { target, drill }: KansasCitySettings) {
  const { heartbeats, kansasCity: key, drillIdentity, reportKey } = settings.secrets.backups;
  const identity = drill.enabled ? drillIdentity?.reveal() : undefined;
  return {
    targetKey:
      target.kind === "s3" && key !== undefined
        ? { accessKeyId: key.accessKeyId.reveal(), secretAccessKey: key.secretAccessKey.reveal() }
        : undefined,
    drillKeys:
      identity === undefined ? undefined : { identity, report: reportKey?.reveal() ?? derivedReportKey(identity) },
    heartbeats: {
      pull: heartbeats["kansas-city"]?.reveal(),
      drill: heartbeats["drill-kansas-city"]?.reveal(),
    },
  };
}

function bundle(context: Context, kansasCity: KansasCitySettings, { source, key }: Given): string {
  const { settings } = context;
  const secrets = secretsOf(context, kansasCity);
  const { name: server, storage, database } = settings;
  const postgresql = database.postgresql.version;
  const environment = environmentFiles({
    server,
    settings: kansasCity,
    source: { ...source, region: storage.backups.region },
    targetKey: secrets.targetKey,
    gateways: machinesOf(settings).backupMetrics ? gatewayNames(server) : [],
    heartbeats: secrets.heartbeats,
    postgresql,
  });
  const { drillKeys } = secrets;
  const drill = drillKeys && {
    "drill.env": environment.drill,
    "drill-identity": drillKeys.identity,
    "report-key": drillKeys.report,
  };
  return pullBundle(server, {
    "pull.conf": hostConfiguration({
      server,
      hostname: kansasCityHostname(server),
      postgresql,
      settings: kansasCity,
    }),
    "pull.env": environment.pull,
    ...drill,
    "tailnet-key": key,
  });
}
