// Builds the databases beside the cluster.
import { Postgresql } from "../../components/database/postgresql.ts";
import { Valkey } from "../../components/database/valkey.ts";
import type { Compute } from "./compute.ts";
import type { Context } from "./context.ts";

export type Databases = ReturnType<typeof buildDatabases>;

export function buildDatabases({ settings, inMainAccount }: Context, { network, cluster }: Compute) {
  const { name: prefix, protect, database } = settings;
  const { region } = settings.network;
  const place = { prefix, region, vpcId: network.vpcId, kubernetesId: cluster.clusterId, protect };
  return {
    postgresql: new Postgresql("postgresql", { ...place, settings: database.postgresql }, inMainAccount),
    queue: new Valkey(
      "valkey-queue",
      { ...place, use: "queue", settings: database.valkey.queue, evictionPolicy: "noeviction" },
      inMainAccount,
    ),
    cache: new Valkey(
      "valkey-cache",
      { ...place, use: "cache", settings: database.valkey.cache, evictionPolicy: "allkeys_lru" },
      inMainAccount,
    ),
  };
}
