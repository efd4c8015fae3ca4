// Images of KEDA, in one place.

/** Newest release that is served as a Go module, from which the closed-loop test builds the same programs (Nov 2026). */
const kedaVersion = "2.19.0";

export const kedaImage = `ghcr.io/kedacore/keda:${kedaVersion}`;
export const metricsServerImage = `ghcr.io/kedacore/keda-metrics-apiserver:${kedaVersion}`;
