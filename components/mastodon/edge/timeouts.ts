// Time-outs along the way of a request, each longer than the one inside it, so that the innermost speaks first.

/** Seconds that nginx waits for an answer; upstream's own nginx example takes 120 (mastodon dist/nginx.conf). */
export const answerSeconds = 120;

/** Seconds of silence after which the load balancer hangs up; streaming pings every 30 (mastodon streaming/index.js). */
export const idleSeconds = answerSeconds + 10;

/** Seconds that a web or edge pod gets to finish what it has begun. */
export const finishSeconds = answerSeconds + 5;
