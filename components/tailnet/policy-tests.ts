// The tests that go with the policy: each subject against each port of each machine, and each person's and machine's login.
import type { PolicyTest, SshTest } from "./evaluator/policy-file.ts";
import { intendedPlaces, intendedTargets, type IntentMatrix, type Subject } from "./intents.ts";
import { tags, type Place } from "./targets.ts";

/** Ports that no machine of ours may ever show on the tailnet unless the matrix says so; a widened grant fails on them. */
const canaries = [22, 80, 443, 5432];

/** A login that every machine has, and the one that nobody may use. */
const [ordinaryUser, root] = ["mastodon", "root"];

/** The stack's own tag is a credential's and no machine's: there is nothing to test. */
function machineTags({ tags: all }: IntentMatrix): string[] {
  return all.filter((tag) => tag !== tags.stack);
}

const written = ({ tag, port }: Place): string => `${tag}:${port}`;

/** Each subject against each place: what is not intended must be denied. Over UDP everything is. */
export function policyTests(matrix: IntentMatrix): PolicyTest[] {
  const places = allPlaces(matrix);
  return [...matrix.subjects, ...silent(matrix)].flatMap((subject) => {
    const intended = new Set(intendedPlaces(subject, matrix).map(written));
    const accept = places.filter((place) => intended.has(place));
    const deny = places.filter((place) => !intended.has(place));
    return [
      { src: subject.selector, proto: "tcp", ...(accept.length > 0 && { accept }), ...(deny.length > 0 && { deny }) },
      ...(accept.length > 0 ? [{ src: subject.selector, proto: "udp", deny: accept }] : []),
    ];
  });
}

/** Each tag with each port that is served anywhere on it, and the canaries. */
function allPlaces(matrix: IntentMatrix): string[] {
  return machineTags(matrix).flatMap((tag) => {
    const served = matrix.targets.flatMap(({ places }) =>
      places.filter((place) => place.tag === tag).map(({ port }) => port),
    );
    return [...new Set([...served, ...canaries])].toSorted((one, other) => one - other).map((port) => `${tag}:${port}`);
  });
}

/** Machines that reach nothing: the gateway and the API server's proxy only answer. */
function silent(matrix: IntentMatrix): Subject[] {
  const known = new Set(matrix.subjects.map(({ selector }) => selector));
  const nothing = { kind: "silent", reaches: [], setting: "tailnet.access" };
  return machineTags(matrix)
    .filter((tag) => !known.has(tag))
    .map((tag) => ({ ...nothing, title: tag, selector: tag }));
}

/** Each person and machine against each machine: a checked login where it is intended, else none; as root never. */
export function sshTests(matrix: IntentMatrix): SshTest[] {
  const people = [...new Set(matrix.subjects.flatMap(({ members = [] }) => members))].toSorted();
  const machines = machineTags(matrix);
  return [...people, ...machines].flatMap((src) => {
    const roles = matrix.subjects.filter(({ selector, members }) => selector === src || members?.includes(src));
    const logins = roles.flatMap((role) => intendedTargets(role, matrix).filter(({ login }) => login));
    const open = new Set(logins.flatMap(({ places }) => places.map(({ tag }) => tag)));
    const [checked, closed] = [machines.filter((tag) => open.has(tag)), machines.filter((tag) => !open.has(tag))];
    return [
      ...(checked.length > 0 ? [{ src, dst: checked, check: [ordinaryUser], deny: [root] }] : []),
      ...(closed.length > 0 ? [{ src, dst: closed, deny: [ordinaryUser, root] }] : []),
    ];
  });
}
