import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { readAuditLog } from '../../controlplane/audit.ts';
import { startControlPlane } from '../../controlplane/control-plane.ts';
import { startEksAuthenticator } from '../../controlplane/eks-authenticator.ts';
import { applyManifest } from '../../controlplane/enrol.ts';
import { CROWD_NAMESPACE, createCrowd } from '../../controlplane/fleet/crowd.ts';
import { startSlowLink } from '../../controlplane/slow-link.ts';
import { startAws } from './aws.ts';
import type { Arena, Contestant, Cost } from './contestant.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type SeenPod, watchPods } from './pod-log.ts';

export interface TrialOptions {
  readonly nodes: number;
  readonly maxUnavailable: string | null;
  /** One more pod, whose budget never allows. */
  readonly blockedPod: boolean;
  /** Round trip added between the contestant and the API server. */
  readonly latencyMs: number;
}

export interface Trial extends TrialOptions {
  readonly contestant: string;
  readonly figures: Figures;
  readonly cost: Cost;
}

const REGION = 'us-east-2';
const CLUSTER = 'bench';
const NOTICE_MS = 120_000;
/** Pods stop in 5 s; the API server's last answers are in by then. */
const AFTERMATH_MS = 8_000;

/** A fresh control plane and fleet, one contestant, one interruption of all target nodes at once. */
export async function runTrial(
  contestant: Contestant,
  options: TrialOptions,
  tell: (progress: string) => void,
): Promise<Trial> {
  await using stack = new AsyncDisposableStack();
  const authenticator = await startEksAuthenticator({
    clusterName: CLUSTER,
    region: REGION,
    entries: [
      {
        accessKeyId: 'AKIAEMBEDDED',
        secretAccessKey: 'embedded',
        username: 'arn:aws:sts::111122223333:assumed-role/SpotResponder/respond',
        groups: ['spot-responder'],
      },
    ],
  });
  stack.defer(authenticator.close);
  tell('starting the control plane');
  const plane = await startControlPlane({ controllers: true, authenticatorUrl: authenticator.url });
  stack.defer(plane.close);
  const admin = new KubeConfig();
  admin.loadFromFile(await plane.kubeconfigFor('admin'));
  await applyManifest(admin, 'infra/k8s/rbac.yaml');
  const spares = Math.max(2, Math.ceil(options.nodes / 5));
  const { targets: doomed } = await createCrowd(admin, {
    targets: options.nodes,
    spares,
    maxUnavailable: options.maxUnavailable,
    blockedPod: options.blockedPod,
    onProgress: ({ running, wanted }) => tell(`${running} of ${wanted} pods run`),
  });
  const link = options.latencyMs > 0 ? await startSlowLink(plane.server, options.latencyMs) : undefined;
  if (link) stack.defer(link.close);
  const server = link?.server ?? plane.server;
  const ca = Buffer.from(plane.caPem).toString('base64');
  const aws = await startAws({
    region: REGION,
    cluster: { name: CLUSTER, endpoint: server, ca },
    nodes: doomed,
  });
  stack.defer(aws.close);
  return await interrupt(contestant, { plane, server, doomed, aws }, admin, options, tell);
}

/** A contestant that goes on running is done when the pods are gone, or the time is up. */
async function untilGone(
  pods: ReadonlyMap<string, SeenPod>,
  toMove: ReadonlySet<string>,
  until: Date,
): Promise<void> {
  while (new Date() < until && [...toMove].some((uid) => !pods.get(uid)?.goneAt)) await sleep(100);
}

async function interrupt(
  contestant: Contestant,
  arena: Arena,
  admin: KubeConfig,
  options: TrialOptions,
  tell: (progress: string) => void,
): Promise<Trial> {
  const log = await watchPods(admin, CROWD_NAMESPACE);
  const names = arena.doomed.map(({ name }) => name);
  const toMove = new Set(
    [...log.pods.values()].filter(({ node }) => names.includes(node)).map(({ uid }) => uid),
  );
  const ready = await contestant.prepare(arena);
  try {
    tell('interrupted');
    const start = new Date();
    const until = new Date(start.getTime() + NOTICE_MS);
    await Promise.race([ready.drain(until), untilGone(log.pods, toMove, until)]);
    const cost = ready.cost();
    await sleep(AFTERMATH_MS);
    const requests = (await readAuditLog(arena.plane.auditLog)).filter(
      ({ receivedAt, user }) => contestant.isUser(user) && receivedAt >= start,
    );
    const figures = figuresOf({ start, doomed: names, requests, pods: [...log.pods.values()], toMove });
    return { ...options, contestant: contestant.name, figures, cost };
  } finally {
    log.stop();
    await ready.close();
  }
}
