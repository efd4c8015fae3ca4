// Lets pods of a running local cluster fail on purpose, whoever makes them: for tests of what a failed Job does.
import { AdmissionregistrationV1Api, ApiException, type KubeConfig } from "@kubernetes/client-node";
import { failAnnotation, lastLinesAnnotation } from "./stages-pod.ts";

const policyName = "local-failing-pods";

interface FailingPods {
  /** Value of `app.kubernetes.io/name` of the pods. */
  readonly app: string;
  /** What their containers write last; a kubelet passes on 2048 bytes or 80 lines. */
  readonly lastLines: string;
}

/** Every pod of that name that is made from now on fails. The API server itself marks them, so nothing that makes pods knows of it. */
export async function failPods(kubeconfig: KubeConfig, { app, lastLines }: FailingPods): Promise<void> {
  await mendPods(kubeconfig);
  const annotations = { [failAnnotation]: "true", [lastLinesAnnotation]: lastLines.slice(-2048) };
  const api = kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  await api.createMutatingAdmissionPolicy({
    body: {
      metadata: { name: policyName },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
        matchConditions: [
          {
            name: "app",
            expression: `object.metadata.?labels[?"app.kubernetes.io/name"].orValue("") == ${JSON.stringify(app)}`,
          },
        ],
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        mutations: [
          {
            patchType: "ApplyConfiguration",
            applyConfiguration: {
              expression: `Object{metadata: Object.metadata{annotations: ${JSON.stringify(annotations)}}}`,
            },
          },
        ],
      },
    },
  });
  await api.createMutatingAdmissionPolicyBinding({ body: { metadata: { name: policyName }, spec: { policyName } } });
}

/** Ends it: pods that are made from now on are well. */
export async function mendPods(kubeconfig: KubeConfig): Promise<void> {
  const api = kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  for (const removed of [
    () => api.deleteMutatingAdmissionPolicyBinding({ name: policyName }),
    () => api.deleteMutatingAdmissionPolicy({ name: policyName }),
  ])
    await removed().catch((error: unknown) => {
      if (!(error instanceof ApiException) || error.code !== 404) throw error;
    });
}
