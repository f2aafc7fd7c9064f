import type { Clock } from '../clock.ts';
import { insist } from '../cluster/insist.ts';
import type { ClusterNode } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';
import { ClusterError } from '../errors.ts';
import { buildCordon, buildCordonUnseen, buildUncordon, type CordonReason } from './cordon-patch.ts';
import { readCordonRecord } from './cordon-record.ts';
import { findNode, type NodeIdentity } from './find-node.ts';

export interface CordonDeps {
  readonly cluster: ClusterPort;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export interface CordonRequest extends NodeIdentity {
  /** `aws:///us-east-2a/i-0abc…`; with the name it saves the round trip that would look the node up. */
  readonly providerIdHint?: string;
  /** Whether the node had taints when somebody last looked. */
  readonly taintedHint?: boolean;
  readonly reason: CordonReason;
  readonly incidentId: string;
  /** For the node's annotation. */
  readonly deadline?: Date;
  /** When to give up. @default a minute from now */
  readonly until?: Date;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export type Cordon =
  /** `already`: an earlier run of ours had cordoned it. */
  | { readonly type: 'cordoned'; readonly node: ClusterNode; readonly already: boolean }
  | { readonly type: 'node-gone' };

/**
 * Keeps new pods and new load balancer traffic off the instance's node. Idempotent; a node of another instance is
 * never touched, whatever its name. Throws `ClusterError` when the API server cannot be used.
 */
export async function cordonInstance(deps: CordonDeps, request: CordonRequest): Promise<Cordon> {
  const { signal, until } = request;
  let areHintsGood = true;
  return insist(deps, { until: untilOf(deps, until), ...(signal && { signal }) }, async (within) => {
    const cordon = areHintsGood ? await cordonUnseen(deps, request, within) : undefined;
    areHintsGood = false;
    return cordon ?? cordonFound(deps, request, within);
  });
}

/** Takes back exactly what our cordon changed. `not-ours`: there was nothing of ours on the node. */
export async function uncordonNode(
  deps: CordonDeps,
  node: ClusterNode,
  dryRun: boolean,
): Promise<'uncordoned' | 'not-ours' | 'gone'> {
  let current: ClusterNode | undefined = node;
  return insist(deps, { until: untilOf(deps) }, async (signal) => {
    current ??= await deps.cluster.getNode(node.name, signal);
    if (current?.uid !== node.uid) return 'gone';
    const patch = buildUncordon(current);
    if (patch.length === 0) return 'not-ours';
    current = undefined;
    const answer = await deps.cluster.patchNode(node.name, patch, { dryRun, signal });
    if (answer.type !== 'patched') throw outrun(deps.cluster.name);
    return 'uncordoned';
  });
}

/**
 * The shortest path, one request: the patch itself tests that the name belongs to the instance. Whether the node
 * has taints is no more than a hint, and JSON patch has no operation for both cases: a second patch covers the other.
 */
async function cordonUnseen(
  { cluster }: CordonDeps,
  request: CordonRequest,
  signal: AbortSignal,
): Promise<Cordon | undefined> {
  const { dryRun, nodeNameHint, providerIdHint, taintedHint = true } = request;
  if (!nodeNameHint || !providerIdHint) return undefined;
  const [likely, other] = taintedHint ? (['some', 'none'] as const) : (['none', 'some'] as const);
  for (const taints of [likely, other]) {
    const patch = buildCordonUnseen(request, providerIdHint, taints);
    const answer = await cluster.patchNode(nodeNameHint, patch, { dryRun, signal });
    if (answer.type === 'patched') return { type: 'cordoned', node: answer.node, already: false };
    if (answer.type === 'not-found') return undefined;
  }
  return undefined;
}

async function cordonFound(
  { cluster }: CordonDeps,
  request: CordonRequest,
  signal: AbortSignal,
): Promise<Cordon> {
  const node = await findNode(cluster, request, signal);
  if (!node) return { type: 'node-gone' };
  const already = readCordonRecord(node) !== undefined;
  const patch = buildCordon(node, request);
  if (patch.length === 0) return { type: 'cordoned', node, already };
  const answer = await cluster.patchNode(node.name, patch, { dryRun: request.dryRun, signal });
  if (answer.type !== 'patched') throw outrun(cluster.name);
  return { type: 'cordoned', node: answer.node, already };
}

/** How long to insist where nobody says. */
const PATIENCE_MS = 60_000;

function untilOf({ clock }: CordonDeps, until?: Date): Date {
  return until ?? new Date(clock.now().getTime() + PATIENCE_MS);
}

function outrun(cluster: string): ClusterError {
  return new ClusterError(
    'outrun',
    `A node of cluster ${cluster} could not be patched: other writers were faster every time. Look for a controller that rewrites nodes without pause.`,
  );
}
