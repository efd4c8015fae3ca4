// How busy web is: threads at work, and how long requests wait for one.
import { alert, type UnlinkedGroup } from "./rule.ts";

const busy = "mastodon:web_busy:ratio";
const queueTime = "mastodon:web_queue_time:seconds_mean5m";

export const webGroup: UnlinkedGroup = {
  name: "web",
  rules: [
    { record: busy, expr: `sum(ruby_puma_busy_threads{job="web"}) / sum(ruby_puma_max_threads{job="web"})` },
    {
      record: queueTime,
      // Nobody can add up quantiles, and the exporter has no histogram, so a mean it is.
      expr:
        `sum(rate(ruby_http_request_queue_duration_seconds_sum{job="web"}[5m]))` +
        ` / sum(rate(ruby_http_request_queue_duration_seconds_count{job="web"}[5m]))`,
    },
    alert({
      alert: "WebBusy",
      severity: "ticket",
      expr: `${busy} > 0.9`,
      lasting: "15m",
      summary: "{{ $value | humanizePercentage }} of Puma's threads are busy",
      description: "Web has nearly no thread left. The next rush makes requests wait, and then fail.",
    }),
    alert({
      alert: "WebQueueing",
      severity: "page",
      expr: `${queueTime} > 1`,
      lasting: "10m",
      summary: "requests wait {{ $value | humanizeDuration }} for a thread",
      description: "Every page is slow, because requests wait between the edge and Puma before anybody works on them.",
    }),
  ],
};
