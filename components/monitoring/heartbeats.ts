// Heartbeats: jobs that call an address of an outside service when all is well. The service tells somebody when a call stays away.
import { z } from "zod";
import { httpsForm, secretSchema } from "../shapes.ts";

const heartbeat = (job: string) => secretSchema(`secrets.monitoring.heartbeats.${job}`, httpsForm).optional();

/** Every job that can report, and the secret address that it calls. A name that is not here would be an address that nobody calls. */
export const heartbeatsSchema = z.strictObject({
  watchdog: heartbeat("watchdog"),
  /** Alertmanager, while alerts reach it; only with metrics.enabled. */
  alerts: heartbeat("alerts"),
});
