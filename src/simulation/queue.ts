// Jobs that wait in one queue, the oldest first, counted by the second in which they came.

export class WaitingJobs {
  private readonly cohorts: { readonly since: number; jobs: number }[] = [];
  private head = 0;
  private waiting = 0;

  get backlog(): number {
    return this.waiting;
  }

  /** Seconds that the oldest job has waited; 0 for an empty queue. */
  latency(now: number): number {
    const oldest = this.cohorts[this.head];
    return oldest === undefined ? 0 : now - oldest.since;
  }

  add(now: number, jobs: number): void {
    if (jobs <= 0) return;
    this.cohorts.push({ since: now, jobs });
    this.waiting += jobs;
  }

  /** Takes up to so many of the oldest; parts of a job are work that goes on in the next second. */
  take(jobs: number): void {
    let left = Math.min(jobs, this.waiting);
    this.waiting -= left;
    for (let oldest = this.cohorts[this.head]; oldest !== undefined && left > 0; oldest = this.cohorts[this.head]) {
      const taken = Math.min(oldest.jobs, left);
      oldest.jobs -= taken;
      left -= taken;
      if (oldest.jobs > tiny) break;
      this.head += 1;
    }
    if (this.head < shrinkAfter) return;
    this.cohorts.splice(0, this.head);
    this.head = 0;
  }
}

const tiny = 1e-9;
const shrinkAfter = 10_000;
