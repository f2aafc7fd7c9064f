import type { Decided } from '../decide.ts';
import type { KeepReason, Refusal } from '../decision.ts';
import type { PoolState, SpotSide } from '../pool.ts';
import { sumGpus } from '../shortage.ts';

/** One sentence for people: what is done and why. */
export function sayReason({ decision, shortage }: Decided, state: PoolState, unit: Unit): string {
  switch (decision.action) {
    case 'scale-out':
      return `${sayShort(shortage.shortGpus, unit)} of ${shortage.wantedGpus} wanted; ${sayFailure(state.spot)}`;
    case 'refuse':
      return `${sayShort(decision.shortGpus, unit)} and ${decision.refusals.length > 0 ? 'no fallback group may launch more' : 'there is nothing to launch'}`;
    case 'return':
      if (decision.restore.length > 0)
        return `the return to spot is stopped: ${[...new Set(decision.restore.map(({ reason }) => RESTORES[reason]))].join(', ')}`;
      if (decision.terminate.length > 0) return 'spot covers the pool again and the nodes are empty';
      return "spot has covered the pool for as long as this pool's past asks for";
    case 'keep':
      return KEEPS[decision.reason];
  }
}

/** What is counted in this pool. */
export type Unit = 'GPU' | 'node';

export function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Why less is given than is short, and what ends that. */
export function sayRefusal(refusal: Refusal, unit: Unit): string {
  switch (refusal.reason) {
    case 'pod-too-large':
      return `a pod asks for ${plural(refusal.podGpus, unit)}, the largest fallback node has ${refusal.largestNodeGpus}; add a group with larger nodes`;
    case 'gang-too-large':
      return `gang ${refusal.gang} asks for ${plural(refusal.gangGpus, unit)} together, there is room for ${refusal.roomGpus}; raise the cap that stands in the way`;
    case 'step':
      return `${refusal.group}: ${plural(refusal.nodes, 'node')} now, more with the next run (step-nodes)`;
    case 'max-nodes':
      return `${refusal.group}: its maximum leaves room for ${plural(refusal.nodes, 'node')}; raise max-nodes or the group's maximum size`;
    case 'max-dollars':
      return `${refusal.group}: max-dollars-per-hour leaves room for ${plural(refusal.nodes, 'node')}`;
    case 'quota':
      return `${refusal.group}: the service quota leaves room for ${plural(refusal.nodes, 'node')}`;
    case 'CAPACITY':
    case 'QUOTA':
    case 'CONFIG':
      return `${refusal.group}: ${FAILURES[refusal.reason]}, ${sayUntil(refusal.until)}${refusal.remedy ? `. ${refusal.remedy}` : ''}`;
  }
}

function sayUntil(until: Date | undefined): string {
  return until
    ? `left alone until ${until.toISOString()}`
    : 'and the pool launches nothing until that is mended';
}

const FAILURES = {
  CAPACITY: 'AWS has no capacity',
  QUOTA: 'a service quota is reached',
  CONFIG: 'it cannot launch as it is configured',
} as const;

const KEEPS: Readonly<Record<KeepReason, string>> = {
  'enough-spot': 'spot covers the pool',
  'shortage-covered': 'the fallback covers what is short',
  holding: 'spot is back, the fallback is held for a while',
  'nothing-releasable': 'spot covers the pool, but no fallback node can be emptied now',
};

const RESTORES = {
  'needed-again': 'the nodes are needed again',
  'drain-timed-out': 'a node could not be emptied in time',
  'do-not-disrupt': 'a pod came that must not be moved',
} as const;

function sayShort(gpus: number, unit: Unit): string {
  return `${plural(gpus, unit)} ${gpus === 1 ? 'is' : 'are'} short`;
}

function sayFailure({ doomed, lastFailure, launching, readyGpus }: SpotSide): string {
  const has = `spot has ${readyGpus} ready, ${sumGpus(launching)} starting, ${sumGpus(doomed)} under notice`;
  if (!lastFailure) return has;
  return `${has}; its newest launch failed for ${WHY[lastFailure.kind]}`;
}

const WHY = { CAPACITY: 'want of capacity', QUOTA: 'a quota', CONFIG: 'its configuration' } as const;
