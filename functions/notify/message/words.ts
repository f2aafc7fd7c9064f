import type { Level } from '../level.ts';
import type { Facts, Handled } from '../story.ts';

/** The words that messages, digest and `status` share. Symbols differ in shape, so that no meaning hangs on colour. */

export function nameOfKind(kind: Facts['kind']): string {
  switch (kind) {
    case 'spot-interruption':
      return 'Spot interruption';
    case 'rebalance-recommendation':
      return 'Rebalance recommendation';
    case 'instance-state-change':
      return 'Instance is going';
    case 'scheduled-change':
      return 'Scheduled change';
    case 'terminate-hook':
      return 'Scale-in';
    case 'capacity-reservation-interruption':
      return 'Capacity reservation interruption';
    case 'capacity-block-expiration':
      return 'Capacity block ends';
  }
}

export function nameOfOutcome(outcome: Handled['outcome']['type']): string {
  switch (outcome) {
    case 'emptied':
      return 'Emptied in time';
    case 'still-terminating':
      return 'Pods were still stopping when the time was up';
    case 'blocked':
      return 'Pods could not be moved';
    case 'cordoned':
      return 'Cordoned, not drained';
    case 'told':
      return 'Told only, nothing was done';
    case 'uncordoned':
      return 'Back in service, our cordon is gone';
    case 'superseded':
      return 'Another notice for the node has taken its place';
    case 'node-gone':
      return 'The node was gone already';
    case 'ambiguous':
      return 'Not handled: its tags name two clusters';
    case 'too-late':
      return 'The notice came too late';
    case 'failed':
      return 'The response failed';
  }
}

export function nameOfResult(result: Handled['pods'][number]['result']): string {
  switch (result) {
    case 'evicted':
      return 'evicted';
    case 'deleted':
      return 'deleted past a budget';
    case 'already-gone':
      return 'gone by themselves';
    case 'blocked':
      return 'blocked';
    case 'still-terminating':
      return 'still stopping';
    case 'failed':
      return 'failed';
    case 'skipped':
      return 'left in place';
  }
}

/** What became of the request to save. */
export function nameOfSave(result: NonNullable<Handled['pods'][number]['checkpoint']>['result']): string {
  switch (result) {
    case 'saved':
      return 'saved';
    case 'unfinished':
      return 'had not finished saving';
    case 'not-acknowledged':
      return 'did not answer the request to save';
    case 'unconfirmed':
      return 'did not say whether it saved';
    case 'failed':
      return 'failed to save';
    case 'stopped-early':
      return 'was stopped before it could save';
    case 'not-asked':
      return 'was not asked to save';
    case 'not-opted-in':
      return 'did not opt in to saving';
  }
}

export const SYMBOL = {
  notice: '⚡',
  busy: '⏳',
  saving: '💾',
  done: '✅',
  note: 'ℹ️',
  nothing: '▫️',
  warning: '⚠️',
  critical: '⛔',
} as const;

export function symbolOfEnd(outcome: Handled['outcome']['type'], level: Level): string {
  if (level !== 'info') return SYMBOL[level];
  return outcome === 'emptied' || outcome === 'uncordoned' ? SYMBOL.done : SYMBOL.note;
}

/** `1 pod`, `3 pods`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The first label of a node's DNS name: the rest is the same for all nodes of a region. */
export function shortNode({ node, instanceId }: Pick<Facts, 'node' | 'instanceId'>): string {
  return node?.split('.')[0] ?? instanceId;
}

export function nameOfOwner(owner: Facts['owner']): string | undefined {
  switch (owner?.type) {
    case 'managed-node-group':
      return `node group ${owner.name ?? ''}`.trim();
    case 'auto-scaling-group':
      return `Auto Scaling group ${owner.name ?? ''}`.trim();
    case 'karpenter':
      return `Karpenter pool ${owner.name ?? ''}`.trim();
    case 'auto-mode':
      return `Auto Mode pool ${owner.name ?? ''}`.trim();
    case 'unknown':
    case undefined:
      return undefined;
  }
}

/** A sentence that is to go on in ours. */
export function withoutTrailingDot(text: string): string {
  return text.trim().replace(/\.$/, '');
}
