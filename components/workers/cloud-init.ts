// What a worker does on its first boot, as cloud-init user data. It holds one secret: a tailnet key for one use within the hour.
import { stringify } from "yaml";

export interface WorkerBoot {
  /** Name on the tailnet. */
  readonly hostname: string;
  /** Mastodon's Rails image with tag or digest. */
  readonly image: string;
  readonly queues: readonly string[];
  readonly threads: number;
  /** Single-use tailnet key. */
  readonly tailnetKey: string;
}

/** File that Ansible puts the application's secrets into, over the tailnet; without it the worker waits. */
const environmentFile = "/etc/mastodon/sidekiq.env";

/** The user data: joins the tailnet, installs Docker, and runs Sidekiq as soon as its environment is there. */
export function workerUserData(boot: WorkerBoot): string {
  const config = {
    users: ["default", { name: "mastodon", shell: "/bin/bash", lock_passwd: true, sudo: "ALL=(ALL) NOPASSWD:ALL" }],
    package_update: true,
    packages: ["docker.io", "unattended-upgrades"],
    write_files: [
      { path: "/etc/systemd/system/mastodon-sidekiq.service", content: sidekiqUnit(boot) },
      {
        path: "/etc/docker/daemon.json",
        content: '{"log-driver":"local","log-opts":{"max-size":"20m","max-file":"5"}}\n',
      },
      { path: "/run/tailnet-key", permissions: "0600", content: boot.tailnetKey },
    ],
    runcmd: [
      "curl --fail --silent --show-error --location --retry 5 https://tailscale.com/install.sh | sh",
      `tailscale up --auth-key=file:/run/tailnet-key --ssh --hostname=${boot.hostname}`,
      "rm -f /run/tailnet-key",
      `install -d -m 0700 ${environmentFile.slice(0, environmentFile.lastIndexOf("/"))}`,
      "systemctl enable --now unattended-upgrades mastodon-sidekiq",
    ],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

/** Sidekiq needs up to 25 s to hand its jobs back, so it gets 60 before it is killed (facts/peers D1.5). */
function sidekiqUnit({ image, queues, threads }: WorkerBoot): string {
  const flags = queues.map((queue) => `-q ${queue}`).join(" ");
  return `[Unit]
Description=Mastodon queue worker
After=network-online.target docker.service tailscaled.service
Requires=docker.service

[Service]
ExecStartPre=/bin/sh -c 'until test -s ${environmentFile}; do sleep 10; done'
ExecStartPre=-/usr/bin/docker rm --force sidekiq
ExecStart=/usr/bin/docker run --rm --name sidekiq --env-file ${environmentFile} ${image} bundle exec sidekiq -c ${threads} ${flags}
ExecStop=/usr/bin/docker stop --time 60 sidekiq
TimeoutStartSec=infinity
TimeoutStopSec=75
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;
}
