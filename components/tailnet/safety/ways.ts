// Safety rules about who reaches whom: over every pair of devices and every port and protocol, whatever the grants look like.
import { intendedPlaces } from "../intents.ts";
import type { Traffic } from "../evaluator/ports.ts";
import { gatewayPorts, tags } from "../targets.ts";
import { devicesOf, rolesOf, type Finding, type Judged, type SafetyRule } from "./finding.ts";

/** Machines that hold people's data, or forward to it. */
const dataTags: readonly string[] = [tags.gateway, tags.kansasCity];

/** CI builds and deploys through the Kubernetes API; whoever takes it over must not find the database. */
export const ciWithoutData: SafetyRule = (judged) => forbidWays(judged, [tags.ci], dataTags);

/** Workers stand in other people's homes: one that is taken over must not reach the next. */
export const workersApart: SafetyRule = (judged) => {
  const workers = judged.matrix.subjects.filter(({ kind }) => kind === "workers").map(({ selector }) => selector);
  return forbidWays(judged, workers, workers);
};

/**
 * The Kansas City host pulls, so that whoever takes the cluster over cannot reach the copy; and it brings no way back in. Towards the gateway it has
 * what the matrix says, at most the metrics of backups.
 */
export const copyApart: SafetyRule = (judged) => {
  const { matrix, reachability } = judged;
  const others = matrix.tags.filter((tag) => tag !== tags.kansasCity && tag !== tags.monitoring);
  return [
    ...forbidWays(judged, others, [tags.kansasCity]),
    ...forbidWays(
      judged,
      [tags.kansasCity],
      matrix.tags.filter((tag) => tag !== tags.gateway),
    ),
    ...reachability
      .openings(tags.kansasCity, tags.gateway)
      .flatMap(({ path, traffic }) =>
        traffic
          .filter((one) => !isIntended(one, new Set([gatewayPorts.pushgateway])))
          .map((one) => wayFound(path, tags.kansasCity, tags.gateway, [one])),
      ),
  ];
};

function forbidWays({ reachability }: Judged, sources: readonly string[], targets: readonly string[]): Finding[] {
  return sources.flatMap((source) =>
    targets.flatMap((target) =>
      reachability.openings(source, target).map(({ path, traffic }) => wayFound(path, source, target, traffic)),
    ),
  );
}

function wayFound(path: string, source: string, target: string, traffic: readonly Traffic[]): Finding {
  return { path, source, message: `${source} would reach ${target} on ${traffic.map(writtenTraffic).join(", ")}` };
}

/** Our machines can be reached where the matrix says so, and nowhere else. */
export const onlyIntendedWays: SafetyRule = (judged) => {
  const { matrix, reachability } = judged;
  return devicesOf(judged).flatMap((source) => {
    const places = rolesOf(source, matrix).flatMap((role) => intendedPlaces(role, matrix));
    return matrix.tags.flatMap((target) => {
      const ports = new Set(places.filter(({ tag }) => tag === target).map(({ port }) => port));
      return reachability
        .openings(source, target)
        .flatMap(({ path, traffic }) =>
          traffic.filter((one) => !isIntended(one, ports)).map((one) => wayFound(path, source, target, [one])),
        );
    });
  });
};

function isIntended({ protocols, ports }: Traffic, intended: ReadonlySet<number>): boolean {
  const isTcp = protocols?.every((protocol) => protocol === 6) ?? false;
  return isTcp && ports.every(({ first, last }) => first === last && intended.has(first));
}

/** What the matrix says is open. */
export const everyIntendedWay: SafetyRule = ({ matrix, reachability }) =>
  matrix.subjects.flatMap((subject) =>
    [subject.selector, ...(subject.members ?? [])]
      .filter((device) => device in reachability.selectors.topology.nodes)
      .flatMap((source) =>
        intendedPlaces(subject, matrix)
          .filter(({ tag, port }) => !reachability.reaches(source, tag, port, 6))
          .map(({ tag, port }) => ({
            path: "grants",
            source,
            message: `${source} would not reach ${tag} on tcp ${port}`,
          })),
      ),
  );

const protocolNames: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

function writtenTraffic({ protocols, ports }: Traffic): string {
  const names = protocols?.map((protocol) => protocolNames[protocol] ?? `protocol ${protocol}`).join("/");
  const ranges = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return `${names ?? "every protocol"} ${ranges.join(",")}`;
}
