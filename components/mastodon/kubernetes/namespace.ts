// The namespace of Mastodon, and the rule that it enforces on every pod in it.

export const namespaceName = "mastodon";

/** Restricted Pod Security Standard: enforced, so that a pod which needs more is refused instead of warned about. */
export const namespaceLabels: Readonly<Record<string, string>> = {
  "app.kubernetes.io/part-of": "mastodon",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
  "pod-security.kubernetes.io/audit": "restricted",
  "pod-security.kubernetes.io/audit-version": "latest",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/warn-version": "latest",
};
