// The tailnet policy, generated from the intent matrix together with the tests that Tailscale runs before it takes the policy.
import { tags, type IntentMatrix, type Service } from "./intents.ts";
import type { TailnetSettings } from "./settings.ts";

/** A rule that adds one way; grants never take any away, and an empty list denies everything. */
export interface Grant {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly ip: readonly string[];
}

interface PolicyTest {
  readonly src: string;
  readonly proto: "tcp";
  readonly accept?: readonly string[];
  readonly deny?: readonly string[];
}

interface SshRule {
  readonly action: "check";
  readonly checkPeriod: string;
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly users: readonly string[];
}

/** The parts of a Tailscale policy file that this stack uses. */
export interface Policy {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly tagOwners: Readonly<Record<string, readonly string[]>>;
  readonly grants: readonly Grant[];
  readonly ssh: readonly SshRule[];
  readonly tests: readonly PolicyTest[];
}

/** The whole policy. `acls` is left out on purpose: grants replace it. */
export function tailnetPolicy(settings: TailnetSettings, matrix: IntentMatrix): Policy {
  return {
    groups: groups(settings),
    tagOwners: Object.fromEntries(Object.values(tags).map((tag) => [tag, ["autogroup:admin"]])),
    grants: grants(matrix),
    ssh: [
      {
        action: "check", // a fresh login in the browser, so that a stolen laptop is not enough
        checkPeriod: "1h",
        src: ["group:operators"],
        dst: [tags.worker],
        users: ["autogroup:nonroot"],
      },
    ],
    tests: policyTests(matrix),
  };
}

function groups({ operators, observers }: TailnetSettings): Policy["groups"] {
  const own = { "group:operators": operators.toSorted() };
  return observers.length > 0 ? { ...own, "group:observers": observers.toSorted() } : own;
}

/** One grant for each intent, in the matrix's order, so that a change of one line is a change of one grant. */
function grants({ intents }: IntentMatrix): Grant[] {
  return intents.map(({ from, to }) => ({
    src: [from.selector],
    dst: [to.tag],
    ip: to.ports.map((port) => `tcp:${port}`),
  }));
}

/** Each subject against each service: what is not intended must be denied. A widened grant then fails its test. */
function policyTests({ subjects, services, intents }: IntentMatrix): PolicyTest[] {
  return subjects.map((subject) => {
    const intended = (service: Service): boolean =>
      intents.some(({ from, to }) => from.selector === subject.selector && to.name === service.name);
    const accept = services.filter(intended).flatMap(destinations);
    const deny = [...services.filter((service) => !intended(service)).flatMap(destinations), ...alwaysDenied()];
    return {
      src: subject.selector,
      proto: "tcp",
      ...(accept.length > 0 ? { accept } : {}),
      ...(deny.length > 0 ? { deny } : {}),
    };
  });
}

function destinations({ tag, ports }: Service): string[] {
  return ports.map((port) => `${tag}:${port}`);
}

/** Nobody logs in to the cluster's machines. Workers are in the matrix: operators log in there. */
function alwaysDenied(): string[] {
  return [`${tags.gateway}:22`, `${tags.kubernetes}:22`, `${tags.ci}:22`];
}

/** The policy as it is sent: stable, so that nothing changes when nothing changed. */
export function policyText(policy: Policy): string {
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}
