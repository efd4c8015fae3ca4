// What is lost with each kind of stateful resource, in words for somebody who is about to lose it.
import type { Properties } from "./registration.ts";

type Loss = string | ((name: string, before: Properties) => string);

const zone =
  "every DNS record, also those made by hand: the server and its mail are unreachable until all are there again";

const losses: Readonly<Record<string, Loss>> = {
  "aws:route53/zone:Zone": `${zone}, and until the domain's registrar has the new name servers`,
  "aws:s3/bucket:Bucket":
    "the copy of the backups that nobody can delete; AWS refuses to delete it while it holds anything",
  "digitalocean:index/databaseCluster:DatabaseCluster": (_, { engine }) =>
    engine === "valkey"
      ? "all queued jobs, home timelines and sessions that it holds; there are no backups of it"
      : "all posts, accounts, follows and settings, together with the provider's own backups of them",
  "digitalocean:index/databaseDb:DatabaseDb": "all posts, accounts, follows and settings",
  "digitalocean:index/domain:Domain": zone,
  "digitalocean:index/kubernetesCluster:KubernetesCluster":
    "the cluster with everything in it: the server is down for an hour or more, and its public address changes",
  "digitalocean:index/spacesBucket:SpacesBucket": (name) => bucketLoss(name),
  "digitalocean:index/vpc:Vpc":
    "the private network, and with it the cluster and the databases, which cannot move to another one",
  "random:index/randomBytes:RandomBytes": "the key that signs sessions: everybody is logged out",
  "random:index/randomPassword:RandomPassword":
    "a key of the encrypted columns: two-factor secrets and other encrypted data can never be read again",
  "tailscale:index/acl:Acl": "the access policy of the whole tailnet: workers, operators and CI lose their way in",
  "tls:index/privateKey:PrivateKey":
    "the key that push subscriptions are bound to: nobody gets notifications until subscribing anew",
};

const buckets: Readonly<Record<string, string>> = {
  media: "all pictures, videos and avatars that people uploaded, with their old versions",
  backups: "all dumps of the database and copies of media",
  docs: "the published documentation and its old versions",
  assets: "the scripts and styles that browsers load",
};

function bucketLoss(name: string): string {
  const purpose = name.replace(/-bucket$/, "");
  return `${buckets[purpose] ?? "everything in it"}; its name cannot be used again for a week or more`;
}

/** One sentence part, without a full stop. */
export function lossOf(type: string, name: string, before: Properties): string {
  const loss = losses[type] ?? "everything it holds";
  return typeof loss === "string" ? loss : loss(name, before);
}
