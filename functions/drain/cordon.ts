import type { Clock } from '../clock.ts';
import type { ClusterNode, ClusterPort, PatchAnswer } from '../cluster/port.ts';
import { ClusterError } from '../errors.ts';
import type { InterruptionKind } from '../signals/interruption.ts';
import { buildCordon, buildCordonUnseen, buildUncordon } from './cordon-patch.ts';
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
  readonly reason: InterruptionKind;
  readonly incidentId: string;
  readonly deadline?: Date;
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
  const unseen = await cordonUnseen(deps, request);
  return unseen ?? insist(deps, request, () => cordonFound(deps, request));
}

/** Takes back exactly what our cordon changed. `not-ours`: there was nothing of ours on the node. */
export async function uncordonNode(
  deps: CordonDeps,
  node: ClusterNode,
  dryRun: boolean,
): Promise<'uncordoned' | 'not-ours' | 'gone'> {
  let current: ClusterNode | undefined = node;
  return insist(deps, {}, async () => {
    current ??= await deps.cluster.getNode(node.name);
    if (current?.uid !== node.uid) return 'gone';
    const patch = buildUncordon(current);
    if (patch.length === 0) return 'not-ours';
    current = undefined;
    const answer = await deps.cluster.patchNode(node.name, patch, { dryRun });
    return answer.type === 'patched' ? 'uncordoned' : undefined;
  });
}

/**
 * The shortest path, one request: the patch itself tests that the name belongs to the instance. Whether the node
 * has taints is no more than a hint, and JSON patch has no operation for both cases: a second patch covers the other.
 */
async function cordonUnseen({ cluster }: CordonDeps, request: CordonRequest): Promise<Cordon | undefined> {
  const { nodeNameHint, providerIdHint, taintedHint = true } = request;
  if (!nodeNameHint || !providerIdHint) return undefined;
  const [likely, other] = taintedHint ? (['some', 'none'] as const) : (['none', 'some'] as const);
  for (const taints of [likely, other]) {
    const patch = buildCordonUnseen(request, providerIdHint, taints);
    const answer = await unlessUnreachable(cluster.patchNode(nodeNameHint, patch, writeOptions(request)));
    if (answer?.type === 'patched') return { type: 'cordoned', node: answer.node, already: false };
    if (answer?.type !== 'conflict') return undefined;
  }
  return undefined;
}

/** `undefined`: another writer was faster. */
async function cordonFound({ cluster }: CordonDeps, request: CordonRequest): Promise<Cordon | undefined> {
  const node = await findNode(cluster, request);
  if (!node) return { type: 'node-gone' };
  const already = readCordonRecord(node) !== undefined;
  const patch = buildCordon(node, request);
  if (patch.length === 0) return { type: 'cordoned', node, already };
  const answer = await cluster.patchNode(node.name, patch, writeOptions(request));
  return answer.type === 'patched' ? { type: 'cordoned', node: answer.node, already } : undefined;
}

function writeOptions({ dryRun, signal }: CordonRequest) {
  return { dryRun, ...(signal && { signal }) };
}

/** The caller looks the node up instead, with retries. */
async function unlessUnreachable(answer: Promise<PatchAnswer>): Promise<PatchAnswer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** How long to insist where no deadline tells. */
const PATIENCE_MS = 60_000;

/** Tries again after lost races and lost connections, until the deadline; then tells the operator. */
async function insist<T>(
  { clock, cluster, random }: CordonDeps,
  { deadline, signal }: Pick<CordonRequest, 'deadline' | 'signal'>,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const until = deadline?.getTime() ?? clock.now().getTime() + PATIENCE_MS;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    const late = clock.now().getTime() + wait > until;
    try {
      const result = await attempt();
      if (result !== undefined) return result;
      if (late) throw new ClusterError('unexpected', lostEveryRace(cluster.name));
    } catch (error) {
      if (late || !isUnreachable(error)) throw error;
    }
    await clock.sleep(wait * (0.5 + random()), signal);
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ClusterError && error.fault === 'unreachable';
}

function lostEveryRace(cluster: string): string {
  return `A node of cluster ${cluster} could not be patched: other writers were faster every time. Look for a controller that rewrites nodes without pause.`;
}
