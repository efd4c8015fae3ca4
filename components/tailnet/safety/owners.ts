// Safety rules about who may make a device one of ours, and what such a device is granted without being asked.
import { tagOwners } from "../policy.ts";
import { tags } from "../targets.ts";
import type { SafetyRule } from "./finding.ts";

/** Whoever owns a tag may give it to a device, and with it everything that the tag reaches. */
export const tagsAreOwned: SafetyRule = ({ matrix, reachability: { selectors } }) =>
  Object.entries(tagOwners(matrix)).flatMap(([tag, owners]) =>
    (selectors.policy.tagOwners?.[tag] ?? [])
      .filter((owner) => !owners.includes(owner))
      .map((owner) => ({
        path: `tagOwners["${tag}"]`,
        message: `${owner} could make any device ${tag}`,
      })),
  );

/** A route or an exit node that needs no approval would open networks that no grant of ours means. */
export const nothingApproved: SafetyRule = ({ reachability: { selectors } }) => {
  const { routes = {}, exitNode = [], services = {} } = selectors.policy.autoApprovers ?? {};
  const approved = [
    ...Object.entries(routes).map(([route, by]) => ({ what: `a route to ${route}`, by })),
    { what: "an exit node", by: exitNode },
    ...Object.entries(services).map(([service, by]) => ({
      what: `the service ${service}`,
      by: by.filter((tag) => tag !== tags.kubernetes || service !== tags.kubernetes),
    })),
  ];
  return approved.flatMap(({ what, by }) =>
    by.map((name) => ({
      path: "autoApprovers",
      message: `${name} would offer ${what} without approval`,
    })),
  );
};
