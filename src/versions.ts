// Versions and images of the platform, each with the day it was looked up and where. Mastodon's own are in components/mastodon/versions.ts.

/** DigitalOcean's slug for new clusters; the platform patches it afterwards, so the program ignores later differences. */
// 1.36.3-do.0: seen on a running DOKS cluster in 2026 (facts/digitalocean.md section 4). Ask `doctl kubernetes options versions`.
export const kubernetesVersion = "1.36.3-do.0";

/** Image of droplets that run queue workers. */
// debian-13-x64: DigitalOcean's slug for Debian 13; `doctl compute image list --public` names the newest. Looked up 2026-08.
export const workerImage = "debian-13-x64";
