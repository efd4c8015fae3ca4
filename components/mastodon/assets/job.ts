// The job that copies a version's scripts and styles to the bucket of all versions, before any pod of that version serves a page.
import { createHash } from "node:crypto";
import type * as kubernetes from "@pulumi/kubernetes";
import type { Placement } from "../args.ts";
import { textBeside } from "../../text-beside.ts";
import { checksum } from "../checksum.ts";
import { alsoTo, flowsOf, internet, names, type NetworkPolicy } from "../kubernetes/network-policies.ts";
import { working } from "../kubernetes/priority-classes.ts";
import type { MastodonSettings } from "../settings.ts";
import { attempts, tellsItsEnd } from "../upgrade/jobs.ts";
import { containerResources, containerSecurity, mastodonUser, pairFrom, podDefaults } from "../workloads/pod.ts";
import { railsImageOf } from "../images.ts";
import { roleLabels, workloadLabels } from "../workloads/workload.ts";

type JobSpec = kubernetes.types.input.batch.v1.JobSpec;

/** Name of the account, the ConfigMaps and the Secret, and how the job's begins. */
export const assetsCopyName = "assets-copy";

/** Name of the ConfigMap with the script; the one with the variables carries the plain name. */
export const assetsScriptName = "assets-copy-script";

/** A version has some 1,500 files and 100 MB; minutes at the worst. */
const assetsCopySeconds = 1800;

/** What the job's pod asks for: the S3 client without Rails. */
export const assetsCopyResources = { cpu: "250m", memory: "256Mi", memoryLimit: "512Mi" };

const scriptFolder = "/script";
const scriptFile = "copy.rb";

/** The ConfigMap's data. The image has aws-sdk-s3, because media needs it. */
export function assetsScript(): Record<string, string> {
  return { [scriptFile]: textBeside(import.meta.url, scriptFile) };
}

/**
 * Jobs cannot change, so each is named after what it runs: the version, the image and the script. Where it runs is left out: that the files are
 * there does not depend on it.
 */
export function assetsJobName(settings: MastodonSettings): string {
  const what = [railsImageOf(settings), checksum(assetsScript())].join();
  const sum = createHash("sha256").update(what).digest("hex").slice(0, 8);
  return `${assetsCopyName}-${settings.version.replaceAll(".", "-")}-${sum}`;
}

export function assetsJobSpec(settings: MastodonSettings, placement: Placement): JobSpec {
  const scratch = "256Mi";
  return {
    ...attempts,
    // A store that is not to be had for a while must not stop an upgrade for good.
    backoffLimit: 4,
    activeDeadlineSeconds: assetsCopySeconds,
    template: {
      metadata: {
        labels: workloadLabels({ name: assetsCopyName, role: assetsCopyName }),
        annotations: { "checksum/script": checksum(assetsScript()) },
      },
      spec: {
        ...podDefaults({ role: assetsCopyName, user: mastodonUser, placement, priority: working, graceSeconds: 30 }),
        restartPolicy: "Never",
        containers: [
          {
            name: assetsCopyName,
            image: railsImageOf(settings),
            imagePullPolicy: "IfNotPresent",
            ...tellsItsEnd,
            args: ["bundle", "exec", "ruby", `${scriptFolder}/${scriptFile}`],
            envFrom: pairFrom(assetsCopyName),
            volumeMounts: [
              { name: "script", mountPath: scriptFolder, readOnly: true },
              { name: "tmp", mountPath: "/tmp" },
            ],
            securityContext: containerSecurity,
            resources: containerResources(assetsCopyResources, scratch),
          },
        ],
        volumes: [
          { name: "script", configMap: { name: assetsScriptName } },
          { name: "tmp", emptyDir: { sizeLimit: scratch } },
        ],
      },
    },
  };
}

/** The job reaches the bucket, and so does the edge, which fetches old files from it. Policies add up, so the edge's own stays as it is. */
export function assetsPolicies(): Record<string, NetworkPolicy> {
  const bucket = internet(443);
  return {
    [assetsCopyName]: flowsOf(roleLabels(assetsCopyName), { ingress: [], egress: [names, bucket] }),
    "edge-to-assets": alsoTo(roleLabels("edge"), bucket),
  };
}
