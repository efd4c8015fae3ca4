// A host in a temporary folder, with programs that only write down how they are called: what a host's script would do to a real one.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Ran {
  readonly code: number;
  readonly text: string;
  /** Calls of the fake programs during this run, one text each. */
  readonly calls: readonly string[];
}

/** Each writes its name and arguments to the log; what it answers besides is a line of shell. */
const fakes: Readonly<Record<string, string>> = {
  age: ":",
  "apt-cache": 'test -z "${FAKE_OLD:-}"',
  "apt-get": ":",
  chown: ":",
  curl: 'while [ $# -gt 0 ]; do [ "$1" = --output ] && echo "echo tailscale-install >>$LOG; touch $STATE/tailscale" >"$2"; shift; done',
  docker:
    'case "$1 $2" in "network inspect") test -f "$STATE/network" ;; "network create") touch "$STATE/network" ;; "network rm") rm -f "$STATE/network" ;; esac',
  getent: 'test -f "$STATE/user"',
  id: "echo ${FAKE_UID:-0}",
  jq: ":",
  mountpoint: 'test -z "${FAKE_UNMOUNTED:-}"',
  openssl: ":",
  pg_createcluster: ":",
  rclone: ":",
  systemctl:
    'case "$1" in restart) touch "$STATE/active" ;; disable) rm -f "$STATE/active" ;; is-active) test -f "$STATE/active" ;; esac',
  tailscale:
    'case "$1" in up) test -z "${FAKE_REFUSES:-}" && touch "$STATE/tailnet" ;; logout) rm -f "$STATE/tailnet" ;; ip) test -f "$STATE/tailnet" || exit 1; case "${3:-}" in "") test -n "${FAKE_NO_ADDRESS:-}" || echo 100.64.0.9 ;; *-1) test -z "${FAKE_GATEWAY_LOST:-}" && echo ${FAKE_GATEWAY:-100.64.0.1} ;; *-2) echo 100.64.0.2 ;; esac ;; esac',
  sleep: "exit 1", // who waits here waits in vain
  "unattended-upgrade": ":",
  useradd: 'touch "$STATE/user"',
  userdel: 'rm -f "$STATE/user"',
  zstd: ":",
};

export class FakeHost {
  readonly root = mkdtempSync(join(tmpdir(), "worker-host-"));
  private readonly programs = join(this.root, "fake", "bin");
  private readonly state = join(this.root, "fake", "state");
  private readonly log = join(this.root, "fake", "log");

  /** @param missing programs that the host does not have */
  constructor(...missing: readonly string[]) {
    mkdirSync(this.programs, { recursive: true });
    mkdirSync(this.state);
    for (const [name, answer] of Object.entries(fakes)) if (!missing.includes(name)) this.fake(name, answer);
  }

  private fake(name: string, answer: string): void {
    const script = `#!/bin/sh\necho "${name} $*" >>"$LOG"\n${answer}\n`;
    writeFileSync(join(this.programs, name), script, { mode: 0o755 });
  }

  /** Runs the shell script from standard input, as `sh -s` does over ssh. */
  run(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    rmSync(this.log, { force: true });
    // Beside the fakes only what every Debian has; and not this machine's docker or tailscale.
    const env = {
      PATH: `${this.programs}:${this.basics()}`,
      TMPDIR: this.root,
      LOG: this.log,
      STATE: this.state,
      MASTODON_HOST_ROOT: this.root,
      ...environment,
    };
    return new Promise((resolve) => {
      const child = execFile("/bin/sh", ["-s", ...args], { env }, (error, stdout, stderr) => {
        const calls = existsSync(this.log) ? readFileSync(this.log, "utf8").trim().split("\n") : [];
        resolve({ code: typeof error?.code === "number" ? error.code : 0, text: stdout + stderr, calls });
      });
      child.stdin?.end(script);
    });
  }

  /** Links to the programs that scripts may take for granted. */
  private basics(): string {
    const folder = join(this.root, "fake", "basics");
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    const names = "sh cat chmod cmp cp date df dirname find head mkdir mktemp mv rm stat touch tr wc".split(" ");
    for (const name of names) {
      const real = ["/usr/bin", "/bin"].map((place) => join(place, name)).find((path) => existsSync(path));
      if (real !== undefined) symlinkSync(real, join(folder, name));
    }
    return folder;
  }

  /** The text of a file below the host's root; undefined where there is none. */
  file(path: string): string | undefined {
    const place = join(this.root, path);
    return existsSync(place) ? readFileSync(place, "utf8") : undefined;
  }

  /** Puts a file there before the script comes. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
