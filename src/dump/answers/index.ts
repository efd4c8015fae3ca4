// Answers in place of the clouds: every type's id and computed outputs, and an error for what nobody thought of.
import type { MockCallArgs, MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks.js";
import { isRecord } from "../../plain.ts";
import { awsAnswers } from "./aws.ts";
import { databaseCa } from "./digitalocean-databases.ts";
import { digitaloceanAnswers } from "./digitalocean.ts";
import { randomAnswers, tlsAnswers } from "./generated.ts";
import { tailscaleAnswers } from "./tailscale.ts";
import { type Answer, type AnswerOf, awsAccount, type Inputs, textOf, uuid } from "./values.ts";

/** The answers of each package, by class name; those of AWS, which has modules, by module and class name. */
const packages: Readonly<Record<string, Readonly<Record<string, AnswerOf>>>> = {
  aws: awsAnswers,
  digitalocean: digitaloceanAnswers,
  random: randomAnswers,
  tailscale: tailscaleAnswers,
  tls: tlsAnswers,
};

/** Kubernetes gives every object back; only what a load balancer's controller writes is added. */
const kubernetesObject: AnswerOf = ({ kind, metadata, spec }, name) => {
  const { name: given, namespace } = isRecord(metadata) ? metadata : {};
  const own = textOf(given, name);
  const balanced = kind === "Service" && isRecord(spec) && spec["type"] === "LoadBalancer";
  return {
    id: typeof namespace === "string" ? `${namespace}/${own}` : own,
    outputs: balanced ? loadBalanced(metadata, name) : {},
  };
};

/** Its addresses, the second only where the Service wants it, and its id as an annotation. */
function loadBalanced(metadata: unknown, name: string): Inputs {
  const given = isRecord(metadata) ? metadata : {};
  const annotations = isRecord(given["annotations"]) ? given["annotations"] : {};
  const dual = annotations["service.beta.kubernetes.io/do-loadbalancer-network-stack"] === "DUALSTACK";
  const id = { "kubernetes.digitalocean.com/load-balancer-id": uuid(name) };
  return {
    metadata: { ...given, annotations: { ...annotations, ...id } },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.10" }, ...(dual ? [{ ip: "2001:db8:113::a" }] : [])] } },
  };
}

/** The inputs, and what the cloud would add. */
export function answerResource({ type, name, inputs, custom }: MockResourceArgs): MockResourceResult {
  if (custom === false) return { id: "", state: inputs };
  const { id, outputs } = answerOf(type, name)(inputs, name);
  return { id, state: { ...inputs, ...outputs } };
}

function answerOf(type: string, name: string): AnswerOf {
  const [home = "", path = "", className = ""] = type.split(":");
  if (home === "pulumi") return ownType;
  if (home === "kubernetes") return kubernetesObject;
  const answers = packages[home];
  const key = home === "aws" ? `${path.split("/")[0]}:${className}` : className;
  const answer = answers?.[key];
  if (answer === undefined)
    throw new Error(
      `nobody said what ${type} (${name}) answers when it is created; add ${key} to src/dump/answers/${home}.ts`,
    );
  return answer;
}

/** Providers, and references to stacks that were never updated. */
function ownType(_inputs: Inputs, name: string): Answer {
  return { id: uuid(name), outputs: { outputs: {}, secretOutputNames: [] } };
}

/** What is on offer; 1.36.3-do.0 was seen on a running cluster in 2026. */
const kubernetesVersions = { validVersions: ["1.36.3-do.0", "1.35.6-do.0"], latestVersion: "1.36.3-do.0" };

/** The calls that the program makes. The stack was never brought up. */
export function answerCall({ token, inputs }: MockCallArgs): Inputs {
  if (/^pulumi:pulumi:readStack(Resource)?Outputs$/.test(token)) return { outputs: {} };
  if (token === "digitalocean:index/getDatabaseUser:getDatabaseUser")
    return { ...inputs, password: "made-up-password" };
  if (token === "digitalocean:index/getDatabaseCa:getDatabaseCa") return { ...inputs, ...databaseCa };
  if (token === "digitalocean:index/getKubernetesVersions:getKubernetesVersions")
    return { ...inputs, ...kubernetesVersions };
  if (token === "digitalocean:index/getKubernetesCluster:getKubernetesCluster")
    throw refusal(`Unable to find cluster with name: ${String(inputs["name"])}`);
  if (token === "aws:route53/getZone:getZone") return { ...inputs, nameServers: ["ns-1.awsdns-00.com"] };
  if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: awsAccount, id: awsAccount };
  throw new Error(`nobody said what the call ${token} answers; add it to src/dump/answers/index.ts`);
}

/** An error as a provider's answer; the SDK shows the program its details only. */
function refusal(details: string): Error {
  return Object.assign(new Error(details), { details });
}
