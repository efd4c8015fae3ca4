// The loop's part for the API of external metrics: which Service stands behind it, so that the service network answers for its pods.
import { type Api, unlessMissing } from "./api.ts";
import { answered } from "./service-network.ts";

interface Registration {
  readonly spec: {
    readonly service?: { readonly name: string; readonly namespace: string; readonly port?: number };
    readonly insecureSkipTLSVerify?: boolean;
    readonly caBundle?: string;
  };
}

interface Service {
  readonly spec: { readonly type?: string; readonly clusterIP?: string };
}

const path = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.external.metrics.k8s.io";

/** Leaves alone what leads out of the cluster (a real adapter on this machine), and what has a real operator's certificate. */
export async function answerMetricsApi(api: Api, log: (line: string) => void): Promise<void> {
  const { spec } = (await unlessMissing(api.call<Registration>("GET", path))) ?? {};
  const service = spec?.service;
  const found = service && (await unlessMissing(api.call<Service>("GET", servicePath(service))));
  const address = found?.spec.clusterIP;
  if (!service || !address || address === "None" || spec.caBundle) return answered.clear();
  const target = `${address}:${service.port ?? 443}`;
  if (!answered.has(target))
    log(`external metrics: ${service.namespace}/${service.name} is answered by the local cloud`);
  answered.clear();
  answered.add(target);
  if (spec.insecureSkipTLSVerify) return;
  // In place of the authority that the operator would write into it.
  await unlessMissing(api.call("PATCH", path, { spec: { insecureSkipTLSVerify: true } }, "merge"));
}

function servicePath({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}
