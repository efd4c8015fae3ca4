// Functions that programs may invoke: versions, sizes, regions, and the certificate of a database cluster.
import { dropletSizes } from "../../../components/kubernetes/droplet-sizes.ts";
import { CloudError, type InvokeFunction, type Properties } from "../contract.ts";
import { text } from "../shared/values.ts";
import { kubernetesVersions } from "./kubernetes-rules.ts";
import { tokenOf } from "./guards.ts";
import { regions } from "./places.ts";
import { databaseCertificate } from "./database-certificate.ts";

const getKubernetesVersions: InvokeFunction = {
  facts: { versionPrefix: { type: "String", optional: true } },
  run(_ctx, args) {
    const prefix = text(args, "versionPrefix") ?? "";
    const validVersions = kubernetesVersions.filter((version) => version.startsWith(prefix));
    return Promise.resolve({
      id: "kubernetes-versions",
      latestVersion: validVersions[0] ?? "",
      validVersions,
      ...args,
    });
  },
};

const getKubernetesCluster: InvokeFunction = {
  facts: { name: { type: "String", required: true } },
  run(ctx, args) {
    const name = text(args, "name") ?? "";
    const cluster = ctx.account.list(tokenOf("KubernetesCluster")).find(({ object }) => object["name"] === name);
    // The real plugin finds clusters by listing them, and says it in these words.
    if (!cluster) throw new CloudError("not_found", `Unable to find cluster with name: ${name}`, "name");
    const { nodePool, maintenancePolicy, clusterUrn, destroyAllAssociatedResources: _, ...seen } = cluster.object;
    return Promise.resolve({
      ...seen,
      id: cluster.id,
      urn: clusterUrn ?? "",
      nodePools: [nodePool ?? {}],
      maintenancePolicies: [maintenancePolicy ?? {}],
    });
  },
};

const getDatabaseCa: InvokeFunction = {
  facts: { clusterId: { type: "String", required: true } },
  async run(ctx, args) {
    const clusterId = text(args, "clusterId") ?? "";
    const cluster = ctx.account.get(tokenOf("DatabaseCluster"), clusterId);
    if (!cluster)
      throw new CloudError("not_found", `DatabaseCluster ${clusterId} does not exist in this account`, "clusterId");
    return { id: clusterId, clusterId, certificate: await databaseCertificate(ctx, cluster) };
  },
};

const getDatabaseUser: InvokeFunction = {
  facts: { clusterId: { type: "String", required: true }, name: { type: "String", required: true } },
  run(ctx, args) {
    const [clusterId, name] = [text(args, "clusterId") ?? "", text(args, "name") ?? ""];
    const found = ctx.account
      .list(tokenOf("DatabaseUser"))
      .find(({ object }) => object["clusterId"] === clusterId && object["name"] === name);
    if (!found) throw new CloudError("not_found", `User ${name} does not exist in the database ${clusterId}`, "name");
    return Promise.resolve({ ...found.object, ...args, id: found.id });
  },
};

const getSizes: InvokeFunction = {
  run(_ctx, args) {
    const sizes = [...dropletSizes().values()].map((size): Properties => ({
      slug: size.slug,
      available: true,
      vcpus: size.vcpus,
      memory: size.memoryMib,
      disk: size.diskGib ?? 0,
      priceMonthly: size.priceMonthly,
      priceHourly: Number((size.priceMonthly / 672).toFixed(5)),
      regions: [...regions],
      transfer: 0,
    }));
    return Promise.resolve({ ...args, id: "sizes", sizes });
  },
};

const getRegions: InvokeFunction = {
  run: (_ctx, args) => Promise.resolve({ ...args, id: "regions", regions: regions.map(describeRegion) }),
};

const getRegion: InvokeFunction = {
  facts: { slug: { type: "String", required: true } },
  run(_ctx, args) {
    const slug = text(args, "slug") ?? "";
    if (!regions.includes(slug))
      throw new CloudError("not_found", `${slug} must be one of ${regions.join(", ")}`, "slug");
    return Promise.resolve({ ...describeRegion(slug), id: slug });
  },
};

function describeRegion(slug: string): Properties {
  return { slug, name: slug.toUpperCase(), available: true, features: [], sizes: [...dropletSizes().keys()] };
}

/** Functions by token. */
export const functions: Readonly<Record<string, InvokeFunction>> = {
  "digitalocean:index/getKubernetesVersions:getKubernetesVersions": getKubernetesVersions,
  "digitalocean:index/getKubernetesCluster:getKubernetesCluster": getKubernetesCluster,
  "digitalocean:index/getDatabaseCa:getDatabaseCa": getDatabaseCa,
  "digitalocean:index/getDatabaseUser:getDatabaseUser": getDatabaseUser,
  "digitalocean:index/getSizes:getSizes": getSizes,
  "digitalocean:index/getRegions:getRegions": getRegions,
  "digitalocean:index/getRegion:getRegion": getRegion,
};
