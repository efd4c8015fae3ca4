// Names that other parts of the cluster refer to.

/** Where cert-manager runs. */
export const certManagerNamespace = "cert-manager";

/** cert-manager's own label: objects in a namespace that has it are not sent through its webhook, which is not there yet in a new cluster. */
export const withoutWebhook = { "cert-manager.io/disable-validation": "true" };
