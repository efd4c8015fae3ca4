// The horizontal pod autoscaler with KEDA's answers, as a function of what was measured: how many pods a group gets now.
import type { AutoscalingSettings } from "../../components/autoscaling/settings.ts";
import type { ProcessGroup } from "./groups.ts";

/** What Prometheus saw of a queue at one of its looks. */
export interface Sample {
  readonly at: number;
  readonly latency: number;
  readonly backlog: number;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

/** A deviation that changes nothing (kube-controller-manager's default). */
const tolerance = 0.1;

/** Decides for one group; remembers what it wanted and did, as its behaviours ask for. */
export class Scaler {
  private wanted: { readonly at: number; readonly pods: number }[] = [];
  private changes: { readonly at: number; readonly by: number }[] = [];
  private readonly group: ProcessGroup;
  private readonly settings: Pick<AutoscalingSettings, "scaleUp" | "sidekiq">;

  constructor(group: ProcessGroup, settings: Pick<AutoscalingSettings, "scaleUp" | "sidekiq">) {
    this.group = group;
    this.settings = settings;
  }

  /** @param current pods that there should be; @param ready those that work */
  next(now: number, current: number, ready: number, samples: Samples): number {
    if (this.group.triggers.length === 0) return current;
    const { min, max } = this.group;
    const asked = Math.max(
      ...this.group.triggers.map((trigger) => this.asks(trigger, now, { current, ready, samples })),
    );
    const pods = Math.min(max, Math.max(min, asked));
    const { stabilizationSeconds } = this.settings.sidekiq.scaleDown;
    this.wanted = [...this.wanted.filter(({ at }) => at > now - stabilizationSeconds), { at: now, pods }];
    const next = pods > current ? this.up(now, current, pods) : this.down(now, current);
    if (next !== current) this.changes.push({ at: now, by: next - current });
    return next;
  }

  private asks(
    trigger: ProcessGroup["triggers"][number],
    now: number,
    { current, ready, samples }: { readonly current: number; readonly ready: number; readonly samples: Samples },
  ): number {
    const seen = trigger.queues.flatMap((queue) =>
      (samples.get(queue) ?? [])
        .filter(({ at }) => at > now - trigger.windowSeconds)
        .map((sample) => sample[trigger.measure]),
    );
    const value = Math.max(0, ...seen);
    const ratio = trigger.metricType === "Value" ? value / trigger.threshold : value / (trigger.threshold * current);
    if (Math.abs(ratio - 1) <= tolerance) return current;
    return trigger.metricType === "Value" ? Math.ceil(ratio * ready) : Math.ceil(value / trigger.threshold);
  }

  private up(now: number, current: number, pods: number): number {
    const { percent, pods: atOnce, periodSeconds } = this.settings.scaleUp;
    const before = current - this.changed(now, periodSeconds, 1);
    return Math.max(current, Math.min(pods, Math.max(before + atOnce, Math.ceil(before * (1 + percent / 100)))));
  }

  private down(now: number, current: number): number {
    const { percent, periodSeconds } = this.settings.sidekiq.scaleDown;
    const before = current - this.changed(now, periodSeconds, -1);
    const least = Math.trunc(before * (1 - percent / 100));
    const pods = Math.max(...this.wanted.map((one) => one.pods));
    return Math.min(current, Math.max(pods, least));
  }

  /** Pods that came, or went, within the period. */
  private changed(now: number, periodSeconds: number, sign: 1 | -1): number {
    this.changes = this.changes.filter(({ at }) => at > now - 3600);
    return this.changes
      .filter(({ at, by }) => at > now - periodSeconds && Math.sign(by) === sign)
      .reduce((sum, { by }) => sum + by, 0);
  }
}
