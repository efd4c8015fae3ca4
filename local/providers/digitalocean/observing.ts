// Uptime checks, alerts, projects and the container registry.
import { CloudError, type Context, type Hooks, type Properties } from "../contract.ts";
import { text, texts } from "../shared/values.ts";
import { objectsOf, requireBelow, requireFree, requireParent, tokenOf } from "./guards.ts";
import { requireRegion } from "./places.ts";

/** Limits of uptime checks (limits page, June 2024). */
const limits = { checks: 100, alertsPerCheck: 5 };
const uptimeRegions = ["us_east", "us_west", "eu_west", "se_asia"];

const uptimeCheck: Hooks = {
  validate(ctx, inputs, previous) {
    const unknown = texts(inputs, "regions").find((region) => !uptimeRegions.includes(region));
    if (unknown)
      throw new CloudError("unprocessable_entity", `${unknown} must be one of ${uptimeRegions.join(", ")}`, "regions");
    if (!previous) requireBelow(limits.checks, objectsOf(ctx, "UptimeCheck").length, "uptime checks");
  },
};

const uptimeAlert: Hooks = {
  validate(ctx, inputs, previous) {
    requireParent(ctx, "UptimeCheck", text(inputs, "checkId"), "checkId");
    const siblings = objectsOf(ctx, "UptimeAlert").filter(
      ({ id, object }) => id !== previous?.id && object["checkId"] === inputs["checkId"],
    );
    requireBelow(limits.alertsPerCheck, siblings.length, "alerts for one uptime check");
  },
  importId: (_ctx, id) => id.split(",").at(-1) ?? id,
};

const monitorAlert: Hooks = { outputs: (_ctx, id) => ({ uuid: id }) };

/** Environments come back with a capital letter. */
function capitalised(value: string): string {
  return value.charAt(0).toUpperCase() + value.slice(1).toLowerCase();
}

function requireResources(ctx: Context, urns: readonly string[]): void {
  const wrong = urns.find(
    (urn) => !/^do:(kubernetes|dbaas|space|domain|loadbalancer|droplet|reservedip|floatingip|volume|app):/.test(urn),
  );
  if (wrong)
    throw new CloudError(
      "unprocessable_entity",
      `${wrong} cannot belong to a project; give URNs such as do:droplet:123`,
      "resources",
    );
  for (const urn of urns) {
    const [, kind = "", id] = urn.split(":");
    const className = {
      kubernetes: "KubernetesCluster",
      dbaas: "DatabaseCluster",
      space: "SpacesBucket",
      domain: "Domain",
    }[kind];
    if (className) requireParent(ctx, className, id, "resources");
  }
}

const project: Hooks = {
  validate(ctx, inputs, previous) {
    requireFree(ctx, "Project", "name", inputs, previous);
    requireResources(ctx, texts(inputs, "resources"));
  },
  outputs(ctx, _id, inputs, previous): Properties {
    const environment = text(inputs, "environment");
    return {
      ...(environment !== undefined && { environment: capitalised(environment) }),
      resources: inputs["resources"] ?? previous?.object["resources"] ?? [],
      ownerId: Number.parseInt(ctx.owner.slice(0, 6), 16),
      ownerUuid: `${ctx.owner.slice(0, 8)}-0000-4000-8000-000000000000`,
      createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
      updatedAt: ctx.now(),
    };
  },
};

const projectResources: Hooks = {
  validate(ctx, inputs) {
    requireParent(ctx, "Project", text(inputs, "project"), "project");
    requireResources(ctx, texts(inputs, "resources"));
  },
  id: (ctx, inputs) => `${text(inputs, "project")}-${ctx.account.nextNumber("project-resources")}`,
};

const registry: Hooks = {
  validate(ctx, inputs, previous) {
    requireRegion("a container registry", text(inputs, "region"));
    requireFree(
      ctx,
      "ContainerRegistry",
      "name",
      inputs,
      previous,
      ctx.account.everywhere(tokenOf("ContainerRegistry")),
    );
    if (!previous && inputs["subscriptionTierSlug"] !== "professional")
      requireBelow(1, objectsOf(ctx, "ContainerRegistry").length, "container registries below the professional tier");
  },
  id: (_ctx, inputs) => text(inputs, "name") ?? "",
  outputs: (ctx, id, inputs, previous) => ({
    region: text(inputs, "region") ?? text(previous?.object ?? {}, "region") ?? "nyc3",
    endpoint: `registry.digitalocean.com/${id}`,
    serverUrl: "registry.digitalocean.com",
    storageUsageBytes: 0,
    createdAt: text(previous?.object ?? {}, "createdAt") ?? ctx.now(),
  }),
};

/** Hooks by class name. */
export const observingHooks: Readonly<Record<string, Hooks>> = {
  UptimeCheck: uptimeCheck,
  UptimeAlert: uptimeAlert,
  MonitorAlert: monitorAlert,
  Project: project,
  ProjectResources: projectResources,
  ContainerRegistry: registry,
};
