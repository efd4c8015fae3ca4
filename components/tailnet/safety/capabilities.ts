// Safety rules about application capabilities, which Tailscale's own tests cannot see.
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { impersonatedGroup, intendedTargets } from "../intents.ts";
import { kubernetesCapability } from "../policy.ts";
import { devicesOf, rolesOf, type SafetyRule } from "./finding.ts";

const impersonationSchema = z.object({ impersonate: z.object({ groups: z.array(z.string()) }) });

/** Kubernetes' own groups end every RBAC rule: `system:masters` may do everything, and nothing takes that away. */
export const nobodyMastersKubernetes: SafetyRule = ({ reachability }) =>
  reachability.rules.flatMap(({ path, sources, capabilities }) =>
    capabilities.flatMap(({ values }) =>
      values
        .flatMap((value) => impersonationSchema.safeParse(value).data?.impersonate.groups ?? [])
        .filter((group) => group.startsWith("system:"))
        .map((group) => {
          const [source] = sources.keys();
          const who = [...sources.keys()].join(", ") || "nobody yet";
          return {
            path,
            ...(source !== undefined && { source }),
            message: `${who} would act in Kubernetes as ${group}; give rights to a group such as tailnet:operators by RBAC`,
          };
        }),
    ),
  );

/** Towards our machines there are the capabilities of the matrix, no other ones, and none is missing. */
export const onlyIntendedCapabilities: SafetyRule = (judged) => {
  const { matrix, reachability } = judged;
  return devicesOf(judged).flatMap((source) => {
    const intended = rolesOf(source, matrix).flatMap((role) =>
      intendedTargets(role, matrix)
        .filter(({ impersonates }) => impersonates)
        .flatMap(({ places }) => places.map(({ tag }) => ({ tag, value: impersonation(impersonatedGroup(role)) }))),
    );
    return matrix.tags.flatMap((target) => {
      const given = reachability
        .capabilities(source, target)
        .flatMap(({ name, values, path }) =>
          (values.length > 0 ? values : [null]).map((value) => ({ name, value, path })),
        );
      const wanted = intended.filter(({ tag }) => tag === target);
      const matches = (one: (typeof given)[number], value: unknown): boolean =>
        one.name === kubernetesCapability && isDeepStrictEqual(one.value, value);
      const tooMuch = given.filter((one) => !wanted.some(({ value }) => matches(one, value)));
      const missing = wanted.filter(({ value }) => !given.some((one) => matches(one, value)));
      return [
        ...tooMuch.map(({ name, value, path }) => {
          const message = `${source} would have ${name} ${JSON.stringify(value)} towards ${target}`;
          return { path, source, message };
        }),
        ...missing.map(({ value }) => {
          const message = `${source} would lack ${kubernetesCapability} ${JSON.stringify(value)} towards ${target}`;
          return { path: "grants", source, message };
        }),
      ];
    });
  });
};

function impersonation(group: string): unknown {
  return { impersonate: { groups: [group] } };
}
