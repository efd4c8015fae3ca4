// Nodes and pods over time: a pod waits for a node with room, a node takes minutes to come, and an idle one goes.
import { nodesNeeded } from "../plans/capacity/nodes-needed.ts";
import { podsOf } from "../plans/capacity/pods.ts";
import { roomOf } from "../plans/capacity/plan.ts";
import type { Assumptions } from "./assumptions.ts";
import type { ProcessGroup, SimulatedSettings } from "./groups.ts";

interface Amounts {
  readonly millicores: number;
  readonly memoryMib: number;
}

interface SimulatedNode {
  readonly readyAt: number;
  millicores: number;
  memoryMib: number;
  pods: number;
  emptySince: number;
}

interface SimulatedPod {
  readonly group: number;
  readonly node: SimulatedNode | undefined;
  readonly readyAt: number;
}

export class Nodes {
  private nodes: SimulatedNode[] = [];
  private pods: SimulatedPod[] = [];
  private readonly size: Amounts;
  private readonly bounds: { readonly min: number; readonly max: number };
  private readonly groups: readonly ProcessGroup[];
  private readonly times: Pick<Assumptions, "podStartSeconds" | "nodeStartSeconds" | "nodeIdleSeconds">;

  constructor(settings: SimulatedSettings, groups: readonly ProcessGroup[], times: Assumptions) {
    const { pools } = settings.kubernetes;
    const name = "sidekiq" in pools ? "sidekiq" : "web";
    const { size = "", min = 1, max = 1 } = pools[name] ?? {};
    this.size = roomOf(size);
    this.groups = groups;
    this.times = times;
    // What else runs in the pool is there at its most, so that Sidekiq never lives on room that web may need.
    const others = podsOf(name, settings).filter((pod) => !pod.name.startsWith("sidekiq-"));
    const taken = nodesNeeded(
      others.map((pod) => ({ ...pod, count: pod.atPeak })),
      roomOf(size),
    );
    const shared = name === "web" ? taken : 0;
    this.bounds = { min: Math.max(0, min - shared), max: max - shared };
    for (let count = 0; count < this.bounds.min; count++) this.addNode(0, 0);
  }

  get count(): number {
    return this.nodes.length;
  }

  /** Pods of the group that work now. */
  ready(group: number, now: number): number {
    return this.pods.filter((pod) => pod.group === group && pod.readyAt <= now).length;
  }

  /** Brings the group to so many pods. What finds no room orders a node, and waits. */
  scale(group: number, wanted: number, now: number): void {
    const own = this.pods.filter((pod) => pod.group === group);
    const leaving = new Set(
      own.toSorted((one, other) => other.readyAt - one.readyAt).slice(0, Math.max(0, own.length - wanted)),
    );
    this.pods = this.pods.filter((pod) => !leaving.has(pod));
    for (const { node } of leaving) this.giveBack(node, this.groups[group]?.requests, now);
    for (let missing = wanted - own.length; missing > 0; missing--) if (!this.place(group, now)) break;
    this.nodes = this.nodes.filter((node, index) => index < this.bounds.min || !this.isIdle(node, now));
  }

  /** All pods start anew, as after an outage. */
  restart(now: number): void {
    this.pods = this.pods.map((pod) => ({ ...pod, readyAt: now + this.times.podStartSeconds }));
  }

  private place(group: number, now: number): boolean {
    const requests = this.groups[group]?.requests;
    const start = this.times.podStartSeconds;
    if (requests === undefined) {
      this.pods.push({ group, node: undefined, readyAt: now + start });
      return true;
    }
    const fits = (one: SimulatedNode) => one.millicores >= requests.millicores && one.memoryMib >= requests.memoryMib;
    const here = this.nodes.find(fits);
    const node =
      here ?? (this.nodes.length < this.bounds.max ? this.addNode(now, this.times.nodeStartSeconds) : undefined);
    if (node === undefined || !fits(node)) return false;
    node.millicores -= requests.millicores;
    node.memoryMib -= requests.memoryMib;
    node.pods += 1;
    this.pods.push({ group, node, readyAt: Math.max(now, node.readyAt) + start });
    return true;
  }

  private addNode(now: number, delay: number): SimulatedNode {
    const node = { ...this.size, readyAt: now + delay, pods: 0, emptySince: now + delay };
    this.nodes.push(node);
    return node;
  }

  private giveBack(node: SimulatedNode | undefined, requests: Amounts | undefined, now: number): void {
    if (node === undefined || requests === undefined) return;
    node.millicores += requests.millicores;
    node.memoryMib += requests.memoryMib;
    node.pods -= 1;
    if (node.pods === 0) node.emptySince = now;
  }

  private isIdle(node: SimulatedNode, now: number): boolean {
    return node.pods === 0 && now - node.emptySince > this.times.nodeIdleSeconds;
  }
}
