// What a worker does on its first boot, as cloud-init user data. It holds one secret: a tailnet key for one use within the hour.
import { stringify } from "yaml";
import { hostProgram } from "./host/files.ts";

export interface WorkerBoot {
  /** Name on the tailnet. */
  readonly hostname: string;
  /** Single-use tailnet key. */
  readonly tailnetKey: string;
}

const programPath = "/usr/local/sbin/mastodon-worker";
const keyPath = "/run/tailnet-key";

/**
 * The user data: installs Docker and Tailscale, joins the tailnet, and sets Sidekiq's unit up, which starts as soon as its configuration comes over
 * the tailnet. Nothing that may change later is in it, because other user data would make another droplet.
 */
export function workerUserData({ hostname, tailnetKey }: WorkerBoot): string {
  const config = {
    users: ["default", { name: "mastodon", shell: "/bin/bash", lock_passwd: true, sudo: "ALL=(ALL) NOPASSWD:ALL" }],
    package_update: true,
    packages: ["curl", "docker.io", "unattended-upgrades"],
    write_files: [
      { path: programPath, permissions: "0755", content: hostProgram },
      { path: keyPath, permissions: "0600", content: tailnetKey },
      {
        path: "/etc/apt/apt.conf.d/53reboot",
        content: 'Unattended-Upgrade::Automatic-Reboot "true";\nUnattended-Upgrade::Automatic-Reboot-Time "04:00";\n',
      },
      { path: "/etc/systemd/journald.conf.d/limit.conf", content: "[Journal]\nSystemMaxUse=500M\n" },
    ],
    runcmd: [[programPath, "prepare", hostname, keyPath], `rm -f ${keyPath}`],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}
