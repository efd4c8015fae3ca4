// Where jobs that end before anybody could ask them leave their metrics: the Pushgateway's name and address, known before it exists.
import { namespaceName } from "../mastodon/kubernetes/namespace.ts";

/** Name of its Deployment and Service, and of its pods' role: `roleLabels(pushgatewayName)` selects them in Mastodon's namespace. */
export const pushgatewayName = "pushgateway";

export const pushgatewayPort = 9091;

/** Host name for pods of other namespaces. */
export const pushgatewayHost = `${pushgatewayName}.${namespaceName}.svc.cluster.local`;

/** Base address for pods of other namespaces; a task pushes to `<this>/metrics/job/backup/task/<task>`. */
export const pushgatewayUrl = `http://${pushgatewayHost}:${pushgatewayPort}`;

/** The only namespaces whose pods may push: those of the backups and of the restore drills. */
export const pushingNamespaces = ["backup", "drill"] as const;
