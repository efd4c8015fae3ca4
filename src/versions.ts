// Versions and images of the platform, each with the day it was looked up and where. Mastodon's own are in components/mastodon/versions.ts.

/** Image of droplets that run queue workers. */
// debian-13-x64: DigitalOcean's slug for Debian 13; `doctl compute image list --public` names the newest. Looked up 2026-08.
export const workerImage = "debian-13-x64";
