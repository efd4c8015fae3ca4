// Images of what measures and tells, in one place.

/** Newest release that is served as a Go module, from which the tests build its checker (v0.316.0, Nov 2026). */
export const prometheusImage = "quay.io/prometheus/prometheus:v3.16.0";

/** The same of Alertmanager (v0.34.2). */
export const alertmanagerImage = "quay.io/prometheus/alertmanager:v0.34.2";
