// The namespace of Mastodon, and the rule that it enforces on every pod in it.

export const namespaceName = "mastodon";

/**
 * The rules of this Kubernetes minor, whatever the cluster runs, so that an upgrade of the cluster changes no rule by itself; a warning about the newest
 * rules tells ahead. Raise it with the newest minor of `kubernetes.version`.
 */
const version = "v1.36";

/**
 * No LimitRange and no ResourceQuota beside it: every pod says what it asks for and where it ends, which tests hold, and previews refuse what does not fit
 * the pools. Defaults would hide a pod that says nothing, and a quota would stop a roll or a dump at night.
 *
 * Restricted Pod Security Standard: enforced, so that a pod which needs more is refused instead of warned about.
 */
export const namespaceLabels: Readonly<Record<string, string>> = {
  "app.kubernetes.io/part-of": "mastodon",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": version,
  "pod-security.kubernetes.io/audit": "restricted",
  "pod-security.kubernetes.io/audit-version": version,
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/warn-version": "latest",
};
