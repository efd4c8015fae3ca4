// An API whose server is a pod that only seems to run: Kubernetes asks it before it ends any namespace.
import { afterAll, expect, test, vi } from "vitest";
import { setNodePools, startCluster, waitForNodePool } from "../../local/cluster/index.ts";
import { clientOf, deployment, patience, testHome, testPool } from "./support.ts";

const place = testHome();
vi.setConfig({ testTimeout: patience });
afterAll(() => place.remove(), patience);

/** As components/autoscaling/keda registers it. */
const registration = {
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: "v1beta1.external.metrics.k8s.io" },
  spec: {
    group: "external.metrics.k8s.io",
    version: "v1beta1",
    service: { name: "keda-metrics-apiserver", namespace: "keda" },
    groupPriorityMinimum: 100,
    versionPriority: 100,
  },
};

test("namespaces go while KEDA's metrics are registered, which no pod really serves", async () => {
  const cluster = await startCluster(place.home, { id: "main", name: "mastodon", version: "1.36.3-do.0" });
  await setNodePools(place.home, "main", [testPool()]);
  await waitForNodePool(place.home, "main", "pool-web");
  const { core, apps, objects } = clientOf(cluster.kubeconfig);
  const name = registration.spec.service.name;
  for (const namespace of ["keda", "passing"]) await core.createNamespace({ body: { metadata: { name: namespace } } });
  await apps.createNamespacedDeployment({ namespace: "keda", body: deployment(name, 1) });
  const ports = [{ port: 443, targetPort: 6443 }];
  const body = { metadata: { name }, spec: { selector: { app: name }, ports } };
  await core.createNamespacedService({ namespace: "keda", body });
  await objects.create(registration);

  const wait = { timeout: patience - 10_000, interval: 500 };
  await expect
    .poll(() => objects.read(registration), wait)
    .toMatchObject({
      status: { conditions: [{ type: "Available", status: "True" }] },
    });
  await core.deleteNamespace({ name: "passing" });
  const names = async () => (await core.listNamespace()).items.map(({ metadata }) => metadata?.name);
  await expect.poll(names, wait).not.toContain("passing");
});
