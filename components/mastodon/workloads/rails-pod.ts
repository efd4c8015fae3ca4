// The pod of the Rails image: its writable folders, the database's authority, and its environment.
import type * as kubernetes from "@pulumi/kubernetes";
import { databaseCaFolder } from "../environment/inputs.ts";
import type { Process } from "../environment/names.ts";
import { containerResources, containerSecurity, pairFrom } from "./pod.ts";
import type { Container } from "./workload.ts";

type Volume = kubernetes.types.input.core.v1.Volume;
type VolumeMount = kubernetes.types.input.core.v1.VolumeMount;

/** Name of the ConfigMap and of the Secret with the environment of a process. */
export function environmentName(process: Process): string {
  return `${process}-environment`;
}

/** Name of the ConfigMap with the authority that signed the database's certificate. */
export const databaseCaName = "database-ca";

export function environmentFrom(process: Process): NonNullable<Container["envFrom"]> {
  return pairFrom(environmentName(process));
}

/** Runs a script below the image's tini, with the gems of its bundle. */
export function ruby(script: string): string[] {
  return ["bundle", "exec", "ruby", "-e", script];
}

export const databaseCaVolume: Volume = { name: "database-ca", configMap: { name: databaseCaName } };
export const databaseCaMount: VolumeMount = { name: "database-ca", mountPath: databaseCaFolder, readOnly: true };

/** Uploads and video conversion write to /tmp; Sidekiq's ready file and the boot cache are in Rails' own tmp. */
export function railsVolumes(scratch: string): Volume[] {
  return [
    { name: "tmp", emptyDir: { sizeLimit: scratch } },
    { name: "rails-tmp", emptyDir: { sizeLimit: "512Mi" } },
    databaseCaVolume,
  ];
}

export const railsMounts: VolumeMount[] = [
  { name: "tmp", mountPath: "/tmp" },
  { name: "rails-tmp", mountPath: "/opt/mastodon/tmp" },
  databaseCaMount,
];

/** What the copying asks for. It ends before the process starts, so a pod needs the larger of the two. */
export const bootCacheResources = { cpu: "100m", memory: "64Mi", memoryLimit: "256Mi" };

/** The image brings a boot cache in its tmp folder, which the empty volume would hide: without it each boot is slow. */
export function copyBootCache(image: string): Container {
  return {
    name: "copy-boot-cache",
    image,
    imagePullPolicy: "IfNotPresent",
    args: ["cp", "--recursive", "/opt/mastodon/tmp/.", "/writable"],
    volumeMounts: [{ name: "rails-tmp", mountPath: "/writable" }],
    securityContext: containerSecurity,
    resources: containerResources(bootCacheResources, "1Gi"),
  };
}
