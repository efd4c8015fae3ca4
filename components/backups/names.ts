// Names by which the objects of backups find each other in the cluster, and the folders of their pods.

/** Where backups are made. */
export const backupNamespace = "backup";

/** Where they are proved, apart: what can be opened with the key there is not reached from there, but for the backups themselves. */
export const drillNamespace = "drill";

/** Name of the ConfigMap with the public keys that backups are closed for. */
export const recipientsName = "recipients";

/** Name of the ConfigMap with the authority that signed the database's certificate. */
export const databaseCaName = "database-ca";

/** Name of the Secret with the private key that opens backups, and the one that signs reports. In no namespace but the drills'. */
export const drillKeysName = "drill-keys";

/** Name of the Secret with the login at the image's registry. */
export const registryName = "registry";

/** Name of the priority class. */
export const background = "mastodon-background";

/** Where the image has its scripts. */
export const scriptFolder = "/opt/backup";

/** Where the scripts of a pod write. */
export const workFolder = "/work";

export const recipientsFile = "/etc/backup/recipients/recipients.txt";
export const databaseCaFile = "/etc/backup/database/ca.crt";
export const identityFile = "/etc/backup/keys/identity.txt";
export const reportKeyFile = "/etc/backup/keys/report.pem";
