// Droplets and what they use: SSH keys, tags, volumes, snapshots.
import { CloudError, type Context, type Hooks, type Properties, type StoredObject } from "../contract.ts";
import { number, object, objects, text, texts } from "../shared/values.ts";
import { addressIn } from "./addresses.ts";
import { objectsOf, refuseWhileUsed, requireFree, requireParent } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { publicAddress, sshFingerprint } from "./secrets.ts";
import { fallbackDiskGib, requireDropletSize } from "./sizes.ts";

/** Droplets of a new account, nodes of clusters among them (not stated per account; the usual first limit). */
const dropletLimit = 25;

/** How many Droplets a node pool counts as: what it has at least. */
export function poolMinimum(pool: Properties): number {
  return (pool["autoScale"] === true ? number(pool, "minNodes") : number(pool, "nodeCount")) ?? 1;
}

/** Droplets in use: those of the account itself, and the nodes of every pool at its minimum. */
function dropletsInUse(ctx: Context, except?: string): number {
  const pools = objectsOf(ctx, "KubernetesNodePool").filter(({ id }) => id !== except);
  const clusters = objectsOf(ctx, "KubernetesCluster").filter(({ id }) => id !== except);
  const nodes = [...pools.map((one) => one.object), ...clusters.map((one) => object(one.object, "nodePool"))];
  const droplets = objectsOf(ctx, "Droplet").filter(({ id }) => id !== except);
  return droplets.length + nodes.reduce((sum, pool) => sum + poolMinimum(pool), 0);
}

/** Refuses more Droplets than the account may have. `except` is the object that is being changed. */
export function requireDroplets(ctx: Context, wanted: number, except?: string): void {
  const used = dropletsInUse(ctx, except);
  if (used + wanted <= dropletLimit) return;
  throw new CloudError(
    "unprocessable_entity",
    `this account may have ${dropletLimit} Droplets and uses ${used}; ${wanted} more are too many: make pools smaller, or ask for a higher limit`,
  );
}

function requireKeys(ctx: Context, keys: readonly string[]): void {
  const known = new Set(
    objectsOf(ctx, "SshKey").flatMap(({ id, object: one }) => [id, text(one, "fingerprint") ?? ""]),
  );
  const missing = keys.find((key) => !known.has(key));
  if (missing !== undefined)
    throw new CloudError(
      "unprocessable_entity",
      `${missing} is no SSH key of this account; give the id or fingerprint of an SshKey`,
      "sshKeys",
    );
}

/** Range of the account's own network in a region, where a Droplet lands that names none. */
const defaultRange = "10.118.0.0/20";

function rangeOf(ctx: Context, inputs: Properties): string {
  const vpc = requireParent(ctx, "Vpc", text(inputs, "vpcUuid"), "vpcUuid");
  return text(vpc?.object ?? {}, "ipRange") ?? defaultRange;
}

const droplet: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a Droplet", text(inputs, "region"));
    requireDropletSize(text(inputs, "size"), "size");
    requireParent(ctx, "Vpc", text(inputs, "vpcUuid"), "vpcUuid");
    requireKeys(ctx, texts(inputs, "sshKeys"));
    for (const volume of texts(inputs, "volumeIds")) requireParent(ctx, "Volume", volume, "volumeIds");
    if (inputs["backupPolicy"] !== undefined && inputs["backups"] !== true)
      throw new CloudError("unprocessable_entity", "needs backups: true", "backupPolicy");
    requireDroplets(ctx, 1, previous?.id);
  },
  id: (ctx) => String(500_000_000 + ctx.account.nextNumber("droplet")),
  outputs(ctx, id, inputs, previous): Properties {
    const size = requireDropletSize(text(inputs, "size"), "size");
    const old = previous?.object ?? {};
    const ordinal = Number(id) - 500_000_000;
    return {
      region: text(inputs, "region") ?? "nyc3",
      dropletUrn: `do:droplet:${id}`,
      ipv4Address: text(old, "ipv4Address") ?? publicAddress(ctx.account.nextNumber("public-address")),
      ipv4AddressPrivate: text(old, "ipv4AddressPrivate") ?? addressIn(rangeOf(ctx, inputs), ordinal),
      ipv6Address: inputs["ipv6"] === true ? `2001:db8::${ordinal.toString(16)}` : "",
      vcpus: size.vcpus,
      memory: size.memoryMib,
      disk: size.diskGib ?? fallbackDiskGib,
      priceMonthly: size.priceMonthly,
      // The monthly price is a cap over 672 hours.
      priceHourly: Number((size.priceMonthly / 672).toFixed(5)),
      status: "active",
      locked: false,
      createdAt: text(old, "createdAt") ?? ctx.now(),
      volumeIds: inputs["volumeIds"] ?? old["volumeIds"] ?? [],
    };
  },
  guardDelete(ctx, { id }) {
    const user = objectsOf(ctx, "ReservedIpAssignment").find(
      ({ object: one }) => String(number(one, "dropletId")) === id,
    );
    if (user)
      throw new CloudError(
        "forbidden",
        `Droplet ${id} has the reserved IP ${text(user.object, "ipAddress")}; remove the assignment first`,
      );
  },
};

const sshKey: Hooks = {
  validate(ctx, inputs, previous) {
    if (!/^(ssh|ecdsa|sk-)\S* \S+/.test((text(inputs, "publicKey") ?? "").trim()))
      throw new CloudError(
        "unprocessable_entity",
        "must be a public key such as `ssh-ed25519 AAAA… name`",
        "publicKey",
      );
    requireFree(ctx, "SshKey", "publicKey", inputs, previous);
  },
  id: (ctx) => String(50_000_000 + ctx.account.nextNumber("ssh-key")),
  outputs: (_ctx, _id, inputs) => ({ fingerprint: sshFingerprint(text(inputs, "publicKey") ?? "") }),
};

const tagCounts = {
  databasesCount: 0,
  dropletsCount: 0,
  imagesCount: 0,
  totalResourceCount: 0,
  volumeSnapshotsCount: 0,
  volumesCount: 0,
};

/** How often a tag is used; counted when somebody looks. */
function countTag(ctx: Context, name: string): Properties {
  const count = (className: string) =>
    objectsOf(ctx, className).filter(({ object: one }) => texts(one, "tags").includes(name)).length;
  const [dropletsCount, databasesCount, volumesCount] = [count("Droplet"), count("DatabaseCluster"), count("Volume")];
  return {
    ...tagCounts,
    dropletsCount,
    databasesCount,
    volumesCount,
    totalResourceCount: dropletsCount + databasesCount + volumesCount,
  };
}

const tag: Hooks = {
  validate: (ctx, inputs, previous) => requireFree(ctx, "Tag", "name", inputs, previous),
  id: (_ctx, inputs) => text(inputs, "name") ?? "",
  outputs: (ctx, id) => countTag(ctx, id),
  refresh: (ctx, id) => Promise.resolve(countTag(ctx, id)),
};

const volume: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a volume", text(inputs, "region"));
    requireFree(ctx, "Volume", "name", inputs, previous);
    const old = number(previous?.object ?? {}, "size") ?? 0;
    if ((number(inputs, "size") ?? 0) < old)
      throw new CloudError("unprocessable_entity", `a volume cannot shrink; it has ${old} GiB`, "size");
  },
  outputs: (ctx, id) => ({
    volumeUrn: `do:volume:${id}`,
    dropletIds: objects({ found: objectsOf(ctx, "VolumeAttachment").map((one) => one.object) }, "found")
      .filter((one) => one["volumeId"] === id)
      .map((one) => one["dropletId"] ?? 0),
    filesystemLabel: "",
  }),
  guardDelete: (ctx, { id }) => refuseWhileUsed(ctx, "volume", [["VolumeAttachment", "volumeId"]], id),
};

const volumeAttachment: Hooks = {
  validate(ctx, inputs) {
    requireParent(ctx, "Volume", text(inputs, "volumeId"), "volumeId");
    requireParent(ctx, "Droplet", number(inputs, "dropletId")?.toString(), "dropletId");
    requireFree(ctx, "VolumeAttachment", "volumeId", inputs);
  },
};

const dropletSnapshot: Hooks = {
  validate: (ctx, inputs) => void requireParent(ctx, "Droplet", text(inputs, "dropletId"), "dropletId"),
  id: (ctx) => String(200_000_000 + ctx.account.nextNumber("snapshot")),
  outputs(ctx, _id, inputs, previous?: StoredObject): Properties {
    const source = objectsOf(ctx, "Droplet").find(({ id }) => id === text(inputs, "dropletId"))?.object ?? {};
    const created = text(previous?.object ?? {}, "createdAt") ?? ctx.now();
    return {
      createdAt: created,
      minDiskSize: number(source, "disk") ?? 25,
      size: 2.5,
      regions: [text(source, "region") ?? "nyc3"],
    };
  },
};

/** Hooks by class name. */
export const dropletHooks: Readonly<Record<string, Hooks>> = {
  Droplet: droplet,
  SshKey: sshKey,
  Tag: tag,
  Volume: volume,
  VolumeAttachment: volumeAttachment,
  DropletSnapshot: dropletSnapshot,
};
