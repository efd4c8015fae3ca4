// Renders what a person wants to know after `up`: where the server is, what runs, where data lies, who may reach what, what to type next.
import { shellQuote } from "../shell-quote.ts";
import Table from "cli-table3";
import pc from "picocolors";
import type { Outputs } from "../../src/outputs.ts";
import { costLine } from "./cost-line.ts";
import type { WorkloadState } from "./workloads.ts";

export interface Summary {
  readonly outputs: Outputs;
  readonly workloads: readonly WorkloadState[];
  /** Path of the kubeconfig file. */
  readonly kubeconfig: string;
  /** How long the run took. */
  readonly seconds: number;
}

/** The summary as text for a terminal. */
export function renderSummary({ outputs, workloads, kubeconfig, seconds }: Summary): string {
  return [
    section("Addresses", urlRows(outputs)),
    section("Node pools", [
      ["pool", "size", "nodes"],
      ...outputs.nodePools.map(({ name, size, min, max }) => [name, size, min === max ? `${min}` : `${min} to ${max}`]),
    ]),
    ...costLine(outputs).map((line) => `${pc.bold("Cost")} ${line}\n`),
    section("Workloads", [
      ["workload", "kind", "ready", "queues"],
      ...workloads.map((workload) => [
        `${workload.namespace}/${workload.name}`,
        workload.kind,
        readiness(workload),
        workload.queues?.join(" ") ?? "",
      ]),
    ]),
    section("Buckets", [
      ["purpose", "bucket", "region", "provider"],
      ...outputs.buckets.map(({ purpose, name, region, provider }) => [purpose, name, region, provider]),
    ]),
    section("Tailnet grants", [
      ["from", "to", "on"],
      ...outputs.tailnet.grants.map(({ src, dst, ip }) => [src.join(" "), dst.join(" "), ip.join(" ")]),
    ]),
    `${pc.bold("Took")} ${duration(seconds)}. Clouds are emulated, Kubernetes is real; its pods are simulated. What to type next:`,
    `  kubectl --kubeconfig ${shellQuote(kubeconfig)} get deploy,job,svc,node -A`,
    "  npm run local -- outputs     all outputs as JSON",
    "  npm run local -- status      what the account holds and what runs",
    "  npm run local -- destroy     remove everything",
  ].join("\n");
}

function urlRows({ urls, loadBalancer, cluster }: Outputs): string[][] {
  return [
    ["what", "address"],
    ...Object.entries(urls),
    ["load balancer", loadBalancer.address],
    [`Kubernetes ${cluster.version}`, cluster.endpoint],
  ];
}

function readiness({ kind, ready, replicas }: WorkloadState): string {
  const text = kind === "Job" ? (ready >= 1 ? "complete" : "not complete") : `${ready} of ${replicas}`;
  return ready >= (kind === "Job" ? 1 : replicas) ? pc.green(text) : pc.red(text);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds.toFixed(0)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A heading and a table without lines; the first row names the columns. */
export function section(title: string, [head = [], ...rows]: string[][]): string {
  const blank = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
  };
  const table = new Table({
    head: head.map((name) => pc.dim(name)),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    chars: {
      ...blank,
      "bottom-right": "",
      left: "  ",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
  });
  table.push(...rows);
  return `${pc.bold(title)}\n${table.toString()}\n`;
}
