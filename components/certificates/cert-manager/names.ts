// Names that other parts of the cluster refer to.

/** Where cert-manager runs. */
export const certManagerNamespace = "cert-manager";

/**
 * cert-manager's own label: objects in a namespace that has it are not sent through its webhook, which is not there yet in a new cluster. Taken
 * away together with cert-manager it would go first, and the certificate could not be deleted without the webhook's consent: the garbage
 * collector changes an object before it deletes it (seen on the local cloud, where it waited for ever).
 */
export const withoutWebhook = { "cert-manager.io/disable-validation": "true" };
