// Registers one Mastodon component against mocks and records what reaches the engine.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import type { MastodonArgs, Placement } from "../../components/mastodon/args.ts";
import { Mastodon } from "../../components/mastodon/mastodon.ts";
import { dumpArgs, environmentInputs, mastodonSettings } from "./mastodon-inputs.ts";
import { valueOf } from "./output-value.ts";

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Record<string, unknown>;
}

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown> & { metadata?: Metadata; spec?: { type?: string } };
  readonly provider: string | undefined;
}

interface Made {
  readonly urn: string;
  readonly protect: boolean;
  /** Logical names. */
  readonly dependsOn: string[];
}

export interface MastodonRecording {
  readonly registrations: readonly Registration[];
  /** By type and logical name. */
  readonly made: ReadonlyMap<string, Made>;
  readonly address: string;
  readonly vapidPublicKey: string;
  readonly vapidIsSecret: boolean;
}

/** How secrets travel to the engine. */
export const secretMark = "4dabf18193072939515e22adb298388d";

/** Pods that run on the nodes of one pool. */
function placement(pool: string): Placement {
  return {
    nodeSelector: { "mastodon/pool": pool },
    tolerations: [{ key: "mastodon/pool", value: pool, effect: "NoSchedule" }],
  };
}

function answer(type: string, inputs: Record<string, unknown>, pem: string): Record<string, unknown> {
  if (type === "kubernetes:core/v1:Service")
    return { status: { loadBalancer: { ingress: [{ ip: "203.0.113.10" }, { ip: "2001:db8:113::a" }] } } };
  if (type === "random:index/randomBytes:RandomBytes") return { hex: "ab".repeat(Number(inputs["length"])) };
  if (type === "random:index/randomPassword:RandomPassword") return { result: "generated".padEnd(32, "x") };
  if (type === "tls:index/privateKey:PrivateKey") return { privateKeyPem: pem };
  return {};
}

function refuseCall({ token }: pulumi.runtime.MockCallArgs): never {
  throw new Error(`nobody expected the call ${token}`);
}

function createMastodon(): Mastodon {
  const { secrets: _, ...inputs } = environmentInputs(mastodonSettings());
  const args: MastodonArgs = {
    ...inputs,
    provider: new kubernetes.Provider("cluster", { kubeconfig: "{}" }),
    randomProvider: new random.Provider("random"),
    tlsProvider: new tls.Provider("tls"),
    database: { ...inputs.database, direct: { ...inputs.database.direct, password: pulumi.secret("secret-database") } },
    loadBalancer: { name: "social", ipv6: true, tls: { at: "loadBalancer", certificateName: "social-edge" } },
    pools: { web: placement("web"), sidekiq: placement("sidekiq") },
    dump: dumpArgs,
    protect: true,
  };
  return new Mastodon("mastodon", args);
}

/**
 * Once per process, because mocks are global.
 * @param pem the key that the mock of tls gives
 */
export async function recordMastodon(pem: string): Promise<MastodonRecording> {
  const registrations: Registration[] = [];
  const resources: { resource: pulumi.Resource; key: string; options: pulumi.ResourceOptions }[] = [];
  const newResource = ({ type, name, inputs, provider }: pulumi.runtime.MockResourceArgs) => {
    registrations.push({ type, name, inputs, provider });
    return { id: `${name}-id`, state: { ...inputs, ...answer(type, inputs, pem) } };
  };
  await pulumi.runtime.setMocks({ newResource, call: refuseCall }, "mastodon", "test");
  const created: Mastodon[] = [];
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      resources.push({ resource, key: `${type} ${name}`, options: opts });
      return undefined;
    });
    created.push(createMastodon());
  });
  await pulumi.runtime.disconnect();
  const [mastodon] = created;
  if (!mastodon) throw new Error("the program created no Mastodon");
  return {
    registrations,
    made: new Map(await Promise.all(resources.map(madeOf))),
    address: await valueOf(mastodon.loadBalancerAddress),
    vapidPublicKey: await valueOf(mastodon.vapidPublicKey),
    vapidIsSecret: await pulumi.isSecret(mastodon.vapidPublicKey),
  };
}

async function madeOf({
  resource,
  key,
  options,
}: {
  resource: pulumi.Resource;
  key: string;
  options: pulumi.ResourceOptions;
}): Promise<[string, Made]> {
  const after = [await options.dependsOn].flat().filter((other) => pulumi.Resource.isInstance(other));
  const urns = await Promise.all(after.map((other) => valueOf(other.urn)));
  const dependsOn = urns.map((other) => other.split("::").at(-1) ?? "");
  return [key, { urn: await valueOf(resource.urn), protect: options.protect ?? false, dependsOn }];
}
