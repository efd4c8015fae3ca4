// What DOKS refuses: versions, ranges, pool sizes, limits.
import { isPrivateRange, rangesOverlap, reservedIn } from "../../../components/network/ranges.ts";
import { CloudError, type Context, type Properties, type StoredObject } from "../contract.ts";
import { number, object, objects, text, texts } from "../shared/values.ts";
import { isCidr, isIpv4 } from "./addresses.ts";
import { poolMinimum, requireDroplets } from "./droplets.ts";
import { objectsOf, requireFree, requireVpcOfRegion } from "./guards.ts";
import { requireRegion } from "./places.ts";
import { requireDropletSize } from "./sizes.ts";

/** Versions on offer, newest first: the three newest minors (August 2026; 1.36.3-do.0 was seen on a running cluster). */
export const kubernetesVersions = ["1.36.3-do.0", "1.35.6-do.0", "1.34.9-do.0"];

const mostNodes = 512;

/** Patch releases of an offered minor are accepted, older minors are not. */
function requireVersion(version: string): void {
  const minors = kubernetesVersions.map((known) => known.split(".").slice(0, 2).join("."));
  const minor = /^(1\.\d+)(\.\d+-do\.\d+)?$/.exec(version)?.[1];
  if (minor !== undefined && minors.includes(minor)) return;
  throw new CloudError(
    "unprocessable_entity",
    `${version} is not on offer; choose one of ${kubernetesVersions.join(", ")}`,
    "version",
  );
}

function requireRanges(ctx: Context, inputs: Properties): void {
  const own = (["clusterSubnet", "serviceSubnet"] as const).flatMap((property) => {
    const range = text(inputs, property);
    return range === undefined ? [] : [{ property, range }];
  });
  const taken = [
    ...reservedIn(text(inputs, "region") ?? "").map((range) => ({ range, holder: "DigitalOcean itself" })),
    ...objectsOf(ctx, "Vpc").map((vpc) => ({
      range: text(vpc.object, "ipRange") ?? "0.0.0.0/32",
      holder: `VPC ${text(vpc.object, "name")}`,
    })),
  ];
  for (const { property, range } of own) {
    if (!isPrivateRange(range))
      throw new CloudError("unprocessable_entity", `${range} is no private range; choose one of RFC 1918`, property);
    const clash = taken.find((other) => rangesOverlap(range, other.range));
    if (clash)
      throw new CloudError(
        "unprocessable_entity",
        `${range} overlaps ${clash.range} of ${clash.holder}; choose another range`,
        property,
      );
  }
  const [one, two] = own;
  if (one && two && rangesOverlap(one.range, two.range))
    throw new CloudError(
      "unprocessable_entity",
      `${two.range} overlaps clusterSubnet ${one.range}; choose another range`,
      "serviceSubnet",
    );
}

/** A pool has a known size, a sensible count, and fits into the account's Droplets. `path` is where the pool stands in the inputs. */
export function requirePool(ctx: Context, pool: Properties, path: string, exceptId?: string): void {
  requireDropletSize(text(pool, "size"), `${path}size`);
  const [low, high] = [number(pool, "minNodes") ?? 0, number(pool, "maxNodes") ?? 0];
  if (pool["autoScale"] === true) {
    if (high < 1 || low > high)
      throw new CloudError(
        "unprocessable_entity",
        `minNodes ${low} and maxNodes ${high}: an autoscaled pool needs maxNodes of at least 1 and no less than minNodes`,
        `${path}maxNodes`,
      );
  } else if ((number(pool, "nodeCount") ?? 0) < 1) {
    throw new CloudError(
      "unprocessable_entity",
      `${number(pool, "nodeCount") ?? "none"}: a pool without autoscaling needs at least one node`,
      `${path}nodeCount`,
    );
  }
  if (Math.max(high, number(pool, "nodeCount") ?? 0) > mostNodes)
    throw new CloudError("unprocessable_entity", `a cluster has at most ${mostNodes} nodes`, `${path}maxNodes`);
  requireDroplets(ctx, poolMinimum(pool), exceptId);
}

/** What the cluster's autoscaler can be told (product documentation, 9 September 2025; the provider's spelling of expanders). */
const expanders = ["random", "priority", "least-waste"];

function requireAutoscaler(inputs: Properties): void {
  for (const configuration of objects(inputs, "clusterAutoscalerConfigurations")) {
    const threshold = number(configuration, "scaleDownUtilizationThreshold") ?? 0.5;
    if (threshold < 0 || threshold > 1) refuseAutoscaler(`${threshold} is no share; give a number from 0 to 1`);
    const time = text(configuration, "scaleDownUnneededTime") ?? "10m";
    if (!/^(\d+(\.\d+)?(h|m|s))+$/.test(time)) refuseAutoscaler(`${time} is no duration; give for example 10m`);
    const unknown = texts(configuration, "expanders").find((name) => !expanders.includes(name));
    if (unknown !== undefined) refuseAutoscaler(`${unknown} is no expander; choose of ${expanders.join(", ")}`);
  }
}

function refuseAutoscaler(message: string): never {
  throw new CloudError("unprocessable_entity", message, "clusterAutoscalerConfigurations");
}

/** The real platform gives the firewall by invitation; this account counts as invited. */
function requireFirewall(inputs: Properties): void {
  const allowed = texts(object(inputs, "controlPlaneFirewall"), "allowedAddresses");
  const wrong = allowed.filter((one) => !isIpv4(one) && !isCidr(one));
  if (wrong.length > 0)
    throw new CloudError(
      "unprocessable_entity",
      `${wrong.join(", ")}: neither an address nor a range`,
      "controlPlaneFirewall",
    );
}

/** Everything that a cluster must fulfil. */
export function requireCluster(ctx: Context, inputs: Properties, previous?: StoredObject): void {
  requireRegion("a Kubernetes cluster", text(inputs, "region"));
  requireVersion(text(inputs, "version") ?? "");
  requireFree(ctx, "KubernetesCluster", "name", inputs, previous);
  requireVpcOfRegion(ctx, inputs, "vpcUuid");
  if (!previous) requireRanges(ctx, inputs);
  requireAutoscaler(inputs);
  requireFirewall(inputs);
  if (previous?.object["ha"] === true && inputs["ha"] === false)
    throw new CloudError(
      "unprocessable_entity",
      "a highly available control plane cannot be turned back; leave ha true",
      "ha",
    );
  if (inputs["registryIntegration"] === true && objectsOf(ctx, "ContainerRegistry").length === 0)
    throw new CloudError(
      "unprocessable_entity",
      "needs a container registry in this account; create a ContainerRegistry first",
      "registryIntegration",
    );
  requirePool(ctx, object(inputs, "nodePool"), "nodePool.", previous?.id);
}
