import { mapAtOnce } from '../../at-once.ts';
import { messageOf } from '../../errors.ts';
import { newRecord } from '../ledger/record.ts';
import { type Concerns, observe } from '../world/observe.ts';
import type { FallbackDeps } from './deps.ts';
import { type PoolEnd, reconcilePool } from './reconcile-pool.ts';
import { tellBroken } from './tell-broken.ts';

export interface PassReport {
  readonly pools: number;
  /** How many pools ended how. */
  readonly ends: Readonly<Record<PoolEnd | 'failed', number>>;
  readonly broken: number;
  readonly unread: number;
  /** Of each pool that is not kept at its size for it: which, and why. */
  readonly failures: readonly string[];
}

const POOLS_AT_ONCE = 24;

/**
 * One run over all pools, or those that `concerns` names: reads the world once, then brings each pool to where it
 * should be. Level-triggered: it may come too often, too late or not at all. Begins nothing after `until`. Throws `AwsCallError` when
 * groups or table cannot be read; what goes wrong with one pool is logged and costs only that pool.
 */
export async function runFallback(deps: FallbackDeps, until: Date, concerns?: Concerns): Promise<PassReport> {
  const lookedAt = deps.clock.now();
  const failures: string[] = [];
  const { broken, pools, unread } = await observe(deps, concerns);
  for (const { definition, reason } of unread) {
    deps.log.warn('Pool not read', { pool: definition.key, reason });
    failures.push(`pool ${definition.key}: ${reason}`);
  }
  for (const { definition, noClaims } of pools)
    if (noClaims) deps.log.warn('NodeClaims not read', { pool: definition.key, reason: noClaims });
  const records = await deps.ledger.read([
    ...pools.map(({ definition }) => definition.key),
    ...broken.map(({ key }) => key),
  ]);
  const ends = await mapAtOnce(POOLS_AT_ONCE, pools, async (reading) => {
    const { key } = reading.definition;
    if (deps.clock.now() >= until) return 'left';
    try {
      return await reconcilePool(deps, reading, records.get(key) ?? newRecord(key), lookedAt, until);
    } catch (error) {
      deps.log.error('Pool not reconciled', { pool: key, error: String(error) });
      failures.push(`pool ${key}: ${messageOf(error)}`);
      return 'failed';
    }
  });
  for (const each of broken)
    await tellBroken(deps, each, records.get(each.key) ?? newRecord(each.key), lookedAt);
  const count = (end: PoolEnd | 'failed') => ends.filter((each) => each === end).length;
  return {
    pools: pools.length,
    ends: {
      quiet: count('quiet'),
      acted: count('acted'),
      left: count('left'),
      lost: count('lost'),
      failed: count('failed'),
    },
    broken: broken.length,
    unread: unread.length,
    failures,
  };
}
