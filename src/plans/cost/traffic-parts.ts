// What is stored and sent: parts whose quantity no setting fixes, from the volumes that the operator states, less what is included.
import { dropletSizes } from "../../../components/kubernetes/droplet-sizes.ts";
import { mailAlarms } from "../../../components/mail/limits.ts";
import { type BilledSettings, fixedPart, type Part } from "./part.ts";

/** Comes with the Spaces subscription of an account, for all its buckets (docs products/spaces/details/pricing, 17 Jun 2025). */
const spacesIncluded = { storageGib: 250, egressGib: 1024 };

/** CloudFront sends so much each month for nothing, for ever. */
const cloudFrontIncludedGb = 1024;

const gibPerTib = 1024;

/** @param droplets nodes and droplets of the main account, whose allowances to send are pooled */
export function trafficParts({ cost, cdn, dns, mail }: BilledSettings, droplets: readonly Part[]): Part[] {
  const { volumes } = cost;
  const stored = volumes.mediaGib + volumes.docsGib + volumes.backupsGib;
  const fetched = (volumes.cdnEgressGib * volumes.cdnMissPercent) / 100;
  // DigitalOcean's CDN draws on the same allowance twice: from bucket to edge, and from edge to people (facts/digitalocean, trap 2).
  const fromSpaces = cdn.kind === "spaces" ? volumes.cdnEgressGib + fetched : fetched;
  const fromCloudFront = cdn.kind === "cloudfront" ? volumes.cdnEgressGib : 0;
  return [
    fixedPart("Spaces subscription: 250 GiB, 1 TiB of egress", "spaces:subscription", 1),
    fixedPart("Spaces storage beyond that, GiB", "spaces:extra-storage-gib", beyond(stored, spacesIncluded.storageGib)),
    fixedPart(
      "Spaces egress beyond that, GiB",
      "spaces:extra-egress-gib",
      beyond(fromSpaces, spacesIncluded.egressGib),
    ),
    fixedPart(
      "egress of nodes and droplets beyond their allowance, GiB",
      "bandwidth:droplet-overage-gib",
      beyond(volumes.clusterEgressGib, pooledGib(droplets)),
    ),
    fixedPart("CloudFront egress beyond 1 TB, GB", "aws:cloudfront-gib", beyond(fromCloudFront, cloudFrontIncludedGb)),
    fixedPart("copy that nobody can delete, GiB at Amazon S3", "aws:s3-gib", volumes.immutableGib),
    fixedPart("mails through Amazon SES, thousands", "aws:ses-thousand", volumes.mailsPerMonth / 1000),
    fixedPart("alarms on mail at Amazon CloudWatch", "aws:cloudwatch-alarm", mailAlarms(mail).length),
    fixedPart("zone at Amazon Route 53", "aws:route53-zone", dns.kind === "route53" ? 1 : 0),
  ];
}

/** The allowance grows with the hours that a droplet runs, so only those count that always do. */
function pooledGib(droplets: readonly Part[]): number {
  return droplets.reduce((sum, { price, atRest }) => {
    const size = dropletSizes().get(price.slice("droplet:".length));
    return sum + atRest * (size?.transferTib ?? 0) * gibPerTib;
  }, 0);
}

function beyond(used: number, included: number): number {
  return Math.max(0, used - included);
}
