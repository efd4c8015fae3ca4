// The program as a table of contents: read the settings, build, connect, export.
import { installGuard } from "../policies/guard.ts";
import { buildAutoscaling } from "./build/autoscaling.ts";
import { buildBackups } from "./build/backups.ts";
import { buildCdn } from "./build/cdn.ts";
import { clusterVersion } from "./build/cluster-version.ts";
import { buildCompute } from "./build/compute.ts";
import { createContext } from "./build/context.ts";
import { buildDatabases } from "./build/databases.ts";
import { buildDayTwo } from "./build/day-two.ts";
import { buildEdgeCertificate } from "./build/edge-certificate.ts";
import { buildEscrow } from "./build/escrow.ts";
import { buildGateway } from "./build/gateway.ts";
import { buildKansasCity } from "./build/kansas-city.ts";
import { buildKubectl } from "./build/kubectl.ts";
import { buildMail } from "./build/mail.ts";
import { buildMetrics } from "./build/metrics.ts";
import { buildMonitoring } from "./build/monitoring.ts";
import { buildProject } from "./build/project.ts";
import { buildPurgeAccess, buildPurgeBridge } from "./build/purge.ts";
import { buildRecords } from "./build/records.ts";
import { buildMastodon } from "./build/server.ts";
import { stackOutputs } from "./build/stack-outputs.ts";
import { buildStorage } from "./build/storage.ts";
import { buildTailnet } from "./build/tailnet.ts";
import { buildWorkers } from "./build/workers.ts";
import { buildZone } from "./build/zone.ts";
import { loadDocsSite, loadSettings } from "./load-settings.ts";
import { checkMediaSwitch } from "./media-switch.ts";
import { makePlans } from "./plans/plans.ts";
import { reportPlans } from "./plans/report.ts";
import { previousOutputs } from "./previous-outputs.ts";
import { previousResources } from "./previous-resources.ts";
import { assertSameServer } from "./same-server.ts";
import { checkUpgrade } from "./upgrade.ts";
import { checkWorkerMoves } from "./worker-moves.ts";

/**
 * Registers every resource of the stack.
 * @returns the stack's outputs, as `outputs.ts` describes them
 * @throws pulumi.RunError with all mistakes of the settings, before anything is registered
 */
export async function program(): Promise<Record<string, unknown>> {
  const settings = loadSettings();
  const docsSite = loadDocsSite(settings);
  const plans = makePlans(settings);
  await reportPlans(plans.tables, plans.warnings);
  const previous = await previousOutputs();
  const saved = await previousResources();
  assertSameServer(settings, previous, saved);
  const guard = installGuard(settings, saved);
  checkMediaSwitch(settings, previous);
  await checkUpgrade(settings, previous, saved);
  checkWorkerMoves(settings, saved);
  const context = createContext(settings, previous);
  const compute = buildCompute(context, await clusterVersion(context, saved));
  const databases = buildDatabases(context, compute, saved);
  const zoned = buildZone(context);
  const storage = buildStorage(context, docsSite);
  const cdn = buildCdn(context, zoned, storage);
  const mail = buildMail(context);
  const tailnet = buildTailnet(context);
  const purge = buildPurgeAccess(context, cdn);
  const server = { compute, databases, zoned, storage, mail, purge };
  const mastodon = buildMastodon(context, server);
  buildPurgeBridge(context, { compute, cdn, mastodon, access: purge });
  const { records, placed } = buildRecords(context, {
    zoned,
    cdn,
    mail,
    loadBalancer: mastodon.loadBalancerAddress,
    loadBalancerIpv6: mastodon.loadBalancerIpv6,
  });
  buildEdgeCertificate(context, { compute, zoned, mastodon, placed });
  buildGateway(context, { compute, databases, tailnet, mastodon });
  buildKubectl(context, { compute, tailnet, mastodon });
  const workers = buildWorkers(context, { ...server, tailnet, mastodon });
  const backups = buildBackups(context, { compute, databases, storage, mastodon });
  const kansasCity = buildKansasCity(context, { storage, tailnet });
  const dayTwo = buildDayTwo(context, { compute, databases, mastodon });
  const escrow = buildEscrow(context, { storage, mastodon, saved });
  buildMetrics(context, { compute, mail, mastodon });
  buildAutoscaling(context, { compute, mastodon });
  buildMonitoring(context, { compute, databases, mastodon, workers: workers.droplets });
  buildProject(context, { compute, databases, zoned, storage, mastodon, workers: workers.droplets });
  guard.finish();
  return stackOutputs(context, {
    compute,
    databases,
    zoned,
    cdn,
    mail,
    tailnet,
    mastodon,
    records,
    plans,
    docsSite,
    storage,
    backups,
    escrow,
    dayTwo,
    workers,
    kansasCity,
  });
}
