import type { BrokenPool } from '../define/pool-definition.ts';
import type { PoolRecord } from '../ledger/record.ts';
import type { FallbackDeps } from './deps.ts';

/** People are told once what keeps a pool from being run, and again when that changes. */
export async function tellBroken(
  deps: FallbackDeps,
  { account, cluster, key, name, problems }: BrokenPool,
  record: PoolRecord,
  lookedAt: Date,
): Promise<void> {
  const { clock, ledger, log, region } = deps;
  const now = clock.now();
  const told = JSON.stringify(['broken', ...problems]);
  if (record.told === told) return;
  const lease = await ledger.take(record, record, lookedAt);
  if (!lease) return;
  const remedy = problems.join('; ');
  const episode = record.episode ?? `${key}/${Math.floor(now.getTime() / 1000)}`;
  const revision = record.revision + 1;
  const detail = {
    account,
    region,
    ...(cluster && { cluster }),
    pool: name,
    episode,
    revision,
    decidedAt: now,
    action: 'refuse' as const,
    reason: 'the pool cannot be run as its groups are tagged',
    shortGpus: 0,
    fallbackNodes: 0,
    launches: [],
    refusals: [{ reason: 'CONFIG', remedy }],
    nodes: [],
    incidents: [],
  };
  log.error('Pool is misconfigured', { pool: key, problems });
  await ledger.record(lease, now, detail);
  await deps.announcer.announce({ detailType: 'Fallback Decided', detail, time: now });
  const { memory, terminations, launches } = record;
  await ledger.settle(lease, { revision, episode, told, memory, terminations, launches });
}
