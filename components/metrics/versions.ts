// Images of what measures and tells, in one place.

/** Newest release that is served as a Go module, from which the tests build its checker (v0.316.0, Nov 2026). */
export const prometheusImage = "quay.io/prometheus/prometheus:v3.16.0";

/** The same of Alertmanager (v0.34.2). */
export const alertmanagerImage = "quay.io/prometheus/alertmanager:v0.34.2";

/**
 * Newest release that charts take (prometheus-community's chart 3.9.1 and later, 2026). It is not served as a Go module; tests that need the
 * real program take Debian's.
 */
export const pushgatewayImage = "quay.io/prometheus/pushgateway:v1.11.4";
