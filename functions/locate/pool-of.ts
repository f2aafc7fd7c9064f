import type { LocatedInstance } from './located.ts';

/** The pool of a node: what its label or tag says, else the name of the group that owns it. */
export function poolOf({ owner, pool }: Pick<LocatedInstance, 'owner' | 'pool'>): string | undefined {
  if (pool !== undefined) return pool;
  switch (owner.type) {
    case 'managed-node-group':
      return owner.nodeGroup;
    case 'auto-scaling-group':
      return owner.group;
    case 'karpenter':
    case 'auto-mode':
      return owner.nodePool;
    case 'unknown':
      return undefined;
  }
}
