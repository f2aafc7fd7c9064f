import { openAdmin, serverVersion } from '../../../controlplane/admin.ts';
import {
  type AuditedRequest,
  countRequests,
  readAuditLog,
  removedTwice,
  roundTripsBeforeEviction,
} from '../../../controlplane/audit.ts';
import { type EksAuthenticator, startEksAuthenticator } from '../../../controlplane/eks-authenticator.ts';
import { enrol } from '../../../controlplane/enrol.ts';
import { openFleet } from '../../../controlplane/fleet/fleet.ts';
import type { FleetPlan } from '../../../controlplane/fleet/plan.ts';
import { watchReplacements } from '../../../controlplane/fleet/replacements.ts';
import type { SettleProgress } from '../../../controlplane/fleet/settle.ts';
import { type HostedPlane, startHostedPlane } from '../../../controlplane/hosted-plane.ts';
import { startSlowLink } from '../../../controlplane/slow-link.ts';
import { systemClock } from '../../../functions/clock.ts';
import { connectTo } from '../../../functions/cluster/connection.ts';
import { signEksToken } from '../../../functions/cluster/eks-token.ts';
import { connectFromKubeconfig } from '../../../functions/cluster/kubeconfig-connection.ts';
import { NAME_WIDTH, type Progress } from '../../progress.ts';
import { addressOf, worldCredentials } from '../embedded-deps.ts';
import type { ReplayWorld } from '../replay-world.ts';
import { addInstance, clusterName as demo, region, startAwsSide } from '../world.ts';
import { hang, widthOf } from '../wrap.ts';
import { chooseBinaries, type Kubernetes } from './binaries.ts';
import { startTrainer } from './trainer.ts';

export interface RealWorldOptions {
  /** @default 'demo' */
  readonly clusterName?: string | undefined;
  /** Every API server request takes this much longer. */
  readonly apiServerDelayMs?: number | undefined;
  readonly progress: Progress;
  readonly stopped: AbortSignal;
}

/** As the audit log names it: the role's session that the EKS token proves. */
const RESPONDER = 'arn:aws:sts::111122223333:assumed-role/SpotResponder/respond';

/**
 * A world whose cluster is a real control plane on this machine. The responder comes in with its EKS token, has the
 * permissions of `infra/k8s/rbac.yaml`, and is held to its own fields by `admission.yaml`.
 *
 * @throws ConfigurationError when the control plane's programs cannot be had.
 */
export async function openRealWorld(options: RealWorldOptions): Promise<ReplayWorld> {
  const { clusterName = demo, progress, stopped } = options;
  await using opened = new AsyncDisposableStack();
  const kubernetes = await progress.step('Programs', (update) => findPrograms(update));
  stopped.throwIfAborted();
  const authenticator = await startAuthenticator(clusterName);
  opened.defer(authenticator.close);
  const plane = await startPlane(kubernetes, authenticator, options);
  opened.defer(plane.close);
  const link = options.apiServerDelayMs
    ? await startSlowLink(plane.server, options.apiServerDelayMs)
    : undefined;
  if (link) opened.defer(link.close);
  const aws = await startAwsSide(systemClock);
  opened.defer(aws.close);
  const ca = Buffer.from(plane.caPem).toString('base64');
  aws.account.addCluster({ name: clusterName, endpoint: link?.server ?? plane.server, ca });
  const admin = openAdmin(plane.adminKubeconfig);
  const version = await serverVersion(admin);
  await progress.step('Identity', async (update) => {
    update('EKS token; rbac.yaml and admission.yaml of infra/k8s');
    await enrol(admin, await connectAsResponder(plane, clusterName, ca), stopped);
  });
  if (kubernetes.lacks) progress.note(describeLack(kubernetes.lacks));
  const fleet = openFleet(admin, kubernetes.controllers);
  opened.defer(fleet.close);
  const closing = new AbortController();
  opened.defer(async () => closing.abort(new Error('the replay is over')));
  const stack = opened.move();
  let begun = new Date();
  let replaced: Awaited<ReturnType<typeof watchReplacements>> | undefined;
  return {
    clock: systemClock,
    address: addressOf(aws),
    account: aws.account,
    fill: async (plan) => {
      for (const node of plan.nodes) addInstance(aws.account, node, clusterName);
      await progress.step('Fleet', (update) =>
        fleet.fill(plan, { signal: stopped, onProgress: (each) => update(describeFleet(plan, each)) }),
      );
      await startTrainers(plane, plan, closing.signal);
    },
    begin: async () => {
      if (kubernetes.controllers) replaced = await watchReplacements(admin);
      begun = new Date();
    },
    seen: async () => {
      const replacements = await replaced?.(stopped);
      const requests = (await readAuditLog(plane.auditLog)).filter(isOurs);
      const roundTrips = roundTripsBeforeEviction(requests);
      return {
        requests: countRequests(requests),
        evictedTwice: removedTwice(requests).length,
        server: {
          version,
          ...(roundTrips !== undefined && { roundTripsBeforeEviction: roundTrips }),
          ...(replacements && { replaced: replacements }),
        },
      };
    },
    close: () => stack.disposeAsync(),
  };

  function isOurs({ receivedAt, user }: AuditedRequest): boolean {
    return user === RESPONDER && receivedAt >= begun;
  }
}

async function findPrograms(update: (text: string) => void): Promise<Kubernetes> {
  const kubernetes = await chooseBinaries();
  update(kubernetes.binaries);
  return kubernetes;
}

function startAuthenticator(clusterName: string): Promise<EksAuthenticator> {
  const entries = [{ ...worldCredentials, username: RESPONDER, groups: ['spot-responder'] }];
  return startEksAuthenticator({ clusterName, region, entries });
}

function startPlane(
  { binaries, controllers }: Kubernetes,
  authenticator: EksAuthenticator,
  { progress, stopped }: RealWorldOptions,
): Promise<HostedPlane> {
  return progress.step('Control plane', (update) => {
    const running: string[] = [];
    return startHostedPlane({
      binaries,
      controllers,
      authenticatorUrl: authenticator.url,
      signal: stopped,
      onStarted: (name) => {
        running.push(name.replace('kube-', ''));
        update(running.join(', '));
      },
    });
  });
}

async function connectAsResponder({ server }: HostedPlane, name: string, caData: string) {
  const credentials = async () => worldCredentials;
  const token = await signEksToken({ clusterName: name, region, credentials, clock: systemClock });
  return connectTo({ name, server, caData, token }, { clock: systemClock });
}

async function startTrainers(plane: HostedPlane, plan: FleetPlan, signal: AbortSignal): Promise<void> {
  const training = plan.workloads.filter(({ saves }) => saves);
  if (training.length === 0) return;
  const cluster = await connectFromKubeconfig({ path: plane.adminKubeconfig, clock: systemClock });
  await Promise.all(training.map((workload) => startTrainer(cluster, workload, systemClock, signal)));
}

function describeFleet({ nodes }: FleetPlan, { nodesReady, running, wanted }: SettleProgress): string {
  return `${nodesReady}/${nodes.length} nodes ready, ${running} of ${wanted} pods run`;
}

function describeLack(reason: string): string {
  const lack = `controllers: ${reason}. Pods are placed by hand, nothing replaces them, budgets count nothing.`;
  return `  ${'Left out'.padEnd(NAME_WIDTH)}${hang(lack, 2 + NAME_WIDTH, widthOf(process.stderr))}`;
}
