// Heartbeats: jobs that call an address of an outside service when all is well. The service tells somebody when a call stays away.

/**
 * Every job that can report. A job that is missing here would wait for an address that nobody can give it; a new job adds its name
 * and reads its address from `secrets.monitoring.heartbeats`.
 */
export const heartbeatJobs = ["watchdog"] as const;
