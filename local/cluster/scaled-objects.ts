// KEDA's part where its pods only seem to run: a Deployment that leaves its pods to a ScaledObject gets as many as that asks for at least.
import { type Api, unlessMissing } from "./api.ts";
import type { List, Metadata } from "./objects.ts";

interface ScaledObject {
  readonly metadata: Metadata;
  readonly spec: { readonly scaleTargetRef: { readonly name: string }; readonly minReplicaCount?: number };
  /** Written by a real operator. */
  readonly status?: { readonly hpaName?: string };
}

interface Scale {
  readonly spec?: { readonly replicas?: number };
}

/** Lifts what is below its fewest pods. Nothing is measured, so nothing is ever more than that; where a real KEDA works, it decides. */
export async function liftScaledObjects(api: Api, log: (line: string) => void): Promise<void> {
  for (const { metadata, spec, status } of await scaledObjects(api)) {
    const fewest = spec.minReplicaCount ?? 0;
    if (status?.hpaName !== undefined) continue;
    const path = `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${spec.scaleTargetRef.name}/scale`;
    const current = await unlessMissing(api.call<Scale>("GET", path));
    if (current === undefined || (current.spec?.replicas ?? 0) >= fewest) continue;
    await unlessMissing(api.call("PATCH", path, { spec: { replicas: fewest } }, "merge"));
    log(`deployment ${metadata.namespace}/${spec.scaleTargetRef.name}: ${fewest} pods, the fewest of its ScaledObject`);
  }
}

/** None where nobody has brought the kind along. */
async function scaledObjects(api: Api): Promise<readonly ScaledObject[]> {
  const found = await unlessMissing(
    api.call<List<ScaledObject>>("GET", "/apis/keda.sh/v1alpha1/scaledobjects?resourceVersion=0"),
  );
  return found?.items ?? [];
}
