// The real nginx with the edge's configuration: only addresses and folders are exchanged for those of this machine.
import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { edgeFolder, edgeHealthPath, type EdgeOptions } from "../../components/mastodon/edge/options.ts";
import { maintenanceFile, maintenancePage } from "../../components/mastodon/edge/maintenance.ts";
import { edgeMetricsPort } from "../../components/mastodon/edge/metrics.ts";
import { nginxConfiguration, nginxTlsConfiguration } from "../../components/mastodon/edge/nginx.ts";
import { operatorsPort } from "../../components/mastodon/edge/operators.ts";
import { authoritiesFile } from "../../components/mastodon/edge/packs.ts";
import {
  edgeCertificateFolder,
  edgeInsidePort,
  edgePort,
  edgeTlsPort,
  solverPort,
  startFile,
  startScript,
  tlsFile,
} from "../../components/mastodon/edge/tls.ts";
import { EngineError } from "../../tools/failures.ts";
import { prepareNginx } from "../../tools/nginx.ts";
import { run } from "../../tools/run.ts";
import { ask } from "./edge-client.ts";
import { freePort } from "./free-port.ts";

/** The program; nothing, with the reason on the terminal, where it cannot be had. */
export async function findNginx(): Promise<string | undefined> {
  try {
    return await prepareNginx();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(`\nSKIPPED: nothing of the edge is tested with the real nginx. ${error.message}\n`);
    return undefined;
  }
}

/** Listening ports by the name of what listens there in a pod. */
const listeners = {
  http: edgePort,
  https: edgeTlsPort,
  inside: edgeInsidePort,
  metrics: edgeMetricsPort,
  operators: operatorsPort,
} as const;

type Listener = keyof typeof listeners;

/** Ports of the fakes behind the edge; where one is left out, nobody listens. */
export interface Upstreams {
  readonly web?: number;
  readonly streaming?: number;
  /** Speaks TLS as the bucket's host. */
  readonly bucket?: number;
  readonly solver?: number;
  /** PEM of the authority that signed the bucket's certificate. */
  readonly authority?: string;
}

export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export class RealNginx {
  /** Everything that nginx printed. */
  log = "";
  /** On this machine. */
  readonly ports: Readonly<Record<Listener, number>>;
  readonly folder: string;
  readonly #program: string;
  #child: ChildProcess | undefined;

  private constructor(program: string, folder: string, ports: Readonly<Record<Listener, number>>) {
    this.#program = program;
    this.folder = folder;
    this.ports = ports;
  }

  /** Writes the files of a pod into a folder of its own. */
  static async prepare(
    program: string,
    options: EdgeOptions,
    upstreams: Upstreams = {},
    certificate?: Certificate,
  ): Promise<RealNginx> {
    const folder = mkdtempSync(join(tmpdir(), "edge-"));
    const ports: Record<Listener, number> = { http: 0, https: 0, inside: 0, metrics: 0, operators: 0 };
    for (const name of names) ports[name] = await freePort();
    const nginx = new RealNginx(program, folder, ports);
    const dead = await freePort();
    const relocate = (text: string) => nginx.#relocate(text, upstreams, dead);
    mkdirSync(join(folder, "certificate"));
    mkdirSync(join(folder, "bin"));
    symlinkSync(program, join(folder, "bin", "nginx"));
    nginx.#write("mime.types", "types { text/html html; text/css css; text/javascript js; }\n");
    nginx.#write("authorities.pem", upstreams.authority ?? rootCertificates[0] ?? "");
    nginx.#write(maintenanceFile, maintenancePage(options.domains.web));
    const shims = await missingModules(program);
    const configuration = relocate(nginxConfiguration(options)).replace("\nhttp {\n", `\nhttp {\n${shims}`);
    nginx.#write("nginx.conf", `${userLine}${configuration}`);
    if (options.endsTls) {
      nginx.#write(tlsFile, relocate(nginxTlsConfiguration(options)));
      nginx.#write(startFile, relocate(startScript(edgeFolder, "nginx.conf")));
    }
    if (certificate !== undefined) nginx.giveCertificate(certificate);
    return nginx;
  }

  /**
   * As a kubelet shows a new Secret: both files in a new folder, in one step. nginx takes a file of the same number and second for unchanged.
   */
  giveCertificate({ certificate, privateKey }: Certificate): void {
    const mount = join(this.folder, "certificate");
    const data = mkdtempSync(join(mount, "..data-"));
    writeFileSync(join(data, "tls.crt"), certificate);
    writeFileSync(join(data, "tls.key"), privateKey);
    symlinkSync(data, join(mount, "..data_tmp"));
    renameSync(join(mount, "..data_tmp"), join(mount, "..data"));
    for (const file of ["tls.crt", "tls.key"])
      if (!existsSync(join(mount, file))) symlinkSync(join("..data", file), join(mount, file));
  }

  /** With its certificate, the part that speaks TLS is read as well. */
  enable(certificate: Certificate): void {
    this.giveCertificate(certificate);
    mkdirSync(join(this.folder, "enabled"));
    copyFileSync(join(this.folder, tlsFile), join(this.folder, "enabled", tlsFile));
  }

  /** `nginx -t`: what it says about the configuration, empty where it has nothing to say. */
  async check(): Promise<string> {
    const { code, output } = await run(this.#program, this.#arguments("-t", "-q"));
    return code === 0 ? output : `exit code ${code}: ${output}`;
  }

  /** Starts it as the container does, and waits until it listens. */
  async start(endsTls = false): Promise<void> {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    // A group of its own, like a container: what the script leaves running goes with it.
    const child = endsTls
      ? spawn("/bin/sh", [join(this.folder, startFile)], { stdio, detached: true, env: this.#pathFirst() })
      : spawn(this.#program, this.#arguments("-g", "daemon off;"), { stdio, detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => {
        this.log += bytes.toString();
      });
    await this.#listening(endsTls ? this.ports.inside : this.ports.http);
  }

  /** Ends it as the image's stop signal does: what has begun is finished. */
  async quit(): Promise<number | null> {
    return this.#end("SIGQUIT");
  }

  /** Ends it at once, with everything that it started, and removes its folder. */
  async stop(): Promise<void> {
    const group = this.#child?.pid;
    await this.#end("SIGTERM");
    if (group !== undefined) endGroup(group);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    return new Promise((resolve) => {
      child.once("exit", (code) => resolve(code));
    });
  }

  #arguments(...rest: readonly string[]): string[] {
    return ["-p", this.folder, "-c", join(this.folder, "nginx.conf"), ...rest];
  }

  /** The start script calls `nginx`. */
  #pathFirst(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}` };
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Whatever is left of a pod's world afterwards is refused: a change of the configuration must not slip past this. */
  #relocate(text: string, { web, streaming, bucket, solver }: Upstreams, dead: number): string {
    const here = (port: number | undefined) => `127.0.0.1:${port ?? dead}`;
    const exchanges: readonly (readonly [string | RegExp, string])[] = [
      // First, because the test's own folder may lie in /tmp.
      [/(?<=[ "=])\/tmp\//g, `${this.folder}/`],
      [/\n *listen \[::\][^;]*;/g, ""],
      ...names.map((name) => [`listen ${listeners[name]}`, `listen ${here(this.ports[name])}`] as const),
      [`listen 127.0.0.1:${operatorsPort}`, `listen ${here(this.ports.operators)}`],
      ["server web:3000", `server ${here(web)}`],
      ["server streaming:4000", `server ${here(streaming)}`],
      ["https://$assets_host$uri", `https://${here(bucket)}$uri`],
      [`http://$solver:${solverPort}`, `http://${here(solver)}`],
      [/resolver kube-dns[^;]*;/g, "resolver 127.0.0.1;"],
      [authoritiesFile, join(this.folder, "authorities.pem")],
      ["/etc/nginx/mime.types", join(this.folder, "mime.types")],
      [edgeCertificateFolder, join(this.folder, "certificate")],
      [edgeFolder, this.folder],
      // Nobody waits for it here.
      ["sleep 20", "sleep 0.1"],
    ];
    const moved = exchanges.reduce((now, [from, to]) => now.replaceAll(from, to), text);
    for (const [left] of moved.matchAll(/kube-dns|\/etc\/nginx|\/etc\/ssl|server (web|streaming):|listen (?!127\.)/g))
      throw new Error(`the test left ${left} in the configuration`);
    return moved;
  }

  /** Waits until nobody new is taken. */
  async refusing(): Promise<void> {
    while (await canConnect(this.ports.http)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Answers as a probe sees it: that somebody listens is not enough, because `nginx -t` does so too for a moment. */
  async #listening(port: number): Promise<void> {
    for (;;) {
      if (this.#child?.exitCode !== null) throw new Error(`nginx ended: ${this.log}`);
      const answer = await ask(port, "probe", edgeHealthPath).catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const names: readonly Listener[] = ["http", "https", "inside", "metrics", "operators"];

/** As root, nginx' workers would become somebody who may not read the test's folder. */
const userLine = process.getuid?.() === 0 ? "user root;\n" : "";

/** Variables of modules that the image has and this binary has not, so that the lines which use them are still read. */
async function missingModules(program: string): Promise<string> {
  const { output } = await run(program, ["-V"]);
  if (output.includes("stub_status")) return "";
  return ["active", "reading", "writing", "waiting"]
    .map((state) => `  map $host $connections_${state} {\n    default 1;\n  }\n`)
    .join("");
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
