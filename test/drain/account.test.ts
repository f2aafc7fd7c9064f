import { describe, expect, test } from 'vitest';
import { addEarlier, readAccount, writeAccount } from '../../functions/drain/account.ts';
import type { PodOutcome, PodReport } from '../../functions/drain/outcome.ts';

const at = (time: string) => new Date(`2026-11-20T${time}Z`);
const EVICTED = at('10:00:10');
const LISTED = at('10:14:40');
const GONE = at('10:25:00');

function pod(name: string, outcome: PodOutcome, part: Partial<PodReport> = {}): PodReport {
  return {
    namespace: 'inference',
    name,
    uid: `uid-${name}`,
    decision: 'evict',
    reason: 'evictable',
    outcome,
    ...part,
  };
}

const watched = { decision: 'await', reason: 'already-terminating' } as const;

test.each<PodReport>([
  pod('a', { result: 'evicted', acceptedAt: EVICTED, goneAt: GONE }, { workload: 'Deployment/a' }),
  pod(
    'b',
    { result: 'deleted', acceptedAt: EVICTED, reason: 'blocked by budget b', budgets: ['b'] },
    { gracePeriodSeconds: 28 },
  ),
  pod('c', { result: 'already-gone', goneAt: GONE }),
  pod('d', { result: 'blocked', reason: 'no', budgets: ['d'] }, { warning: 'nothing recreates it' }),
  pod('e', { result: 'still-terminating', acceptedAt: EVICTED }),
  pod('f', { result: 'failed', reason: 'refused' }),
  pod(
    'g',
    { result: 'still-terminating', acceptedAt: EVICTED },
    {
      decision: 'save-first',
      checkpoint: { result: 'saved', id: 'r', step: 7, uri: 's3://b/k', gang: 'Job/g', lost: 'nothing' },
    },
  ),
])('$name: an account is read as it was written', (report) => {
  expect(readAccount(writeAccount([report]))).toEqual([report]);
});

test('pods that were skipped are not in the account: the next run sees them itself', () => {
  const skipped = pod('ds', { result: 'skipped', reason: 'daemonset-pod' }, { decision: 'skip' });
  expect(writeAccount([skipped])).toBe('[]');
});

test.each([undefined, '[{"another":"version"}]'])('an account of %s is none', (text) => {
  expect(readAccount(text)).toEqual([]);
});

describe('the report of the last run', () => {
  test.each<[string, PodReport, PodReport | undefined, PodOutcome]>([
    [
      'keeps an eviction of ours that it only saw end',
      pod('a', { result: 'still-terminating', acceptedAt: EVICTED }),
      pod('a', { result: 'already-gone', goneAt: GONE }, watched),
      { result: 'evicted', acceptedAt: EVICTED, goneAt: GONE },
    ],
    [
      'keeps a deletion of ours that it only saw end',
      pod('a', { result: 'deleted', acceptedAt: EVICTED, reason: 'blocked', budgets: [] }),
      pod('a', { result: 'already-gone', goneAt: GONE }, watched),
      { result: 'deleted', acceptedAt: EVICTED, goneAt: GONE, reason: 'blocked', budgets: [] },
    ],
    [
      'keeps when a pod was evicted that still stops',
      pod('a', { result: 'still-terminating', acceptedAt: EVICTED }),
      pod('a', { result: 'still-terminating' }, watched),
      { result: 'still-terminating', acceptedAt: EVICTED },
    ],
    [
      'has pods that were gone before it began',
      pod('a', { result: 'evicted', acceptedAt: EVICTED, goneAt: EVICTED }),
      undefined,
      { result: 'evicted', acceptedAt: EVICTED, goneAt: EVICTED },
    ],
    [
      'has pods that went between two runs',
      pod('a', { result: 'still-terminating', acceptedAt: EVICTED }),
      undefined,
      { result: 'evicted', acceptedAt: EVICTED, goneAt: LISTED },
    ],
    [
      'has blocked pods that others moved between two runs',
      pod('a', { result: 'blocked', reason: 'no', budgets: ['a'] }),
      undefined,
      { result: 'already-gone', goneAt: LISTED },
    ],
    [
      'tells of a blocked pod what it saw itself',
      pod('a', { result: 'blocked', reason: 'no', budgets: ['a'] }),
      pod('a', { result: 'evicted', acceptedAt: LISTED, goneAt: GONE }),
      { result: 'evicted', acceptedAt: LISTED, goneAt: GONE },
    ],
  ])('%s', (_name, before, now, expected) => {
    const drain = addEarlier({ end: 'emptied', pods: now ? [now] : [] }, [before], LISTED);
    expect(drain.pods.map(({ outcome }) => outcome)).toEqual([expected]);
    expect(drain.pods[0]?.decision).toBe('evict');
  });

  test('counts evictions from the first run on', () => {
    const before = pod('a', { result: 'evicted', acceptedAt: EVICTED, goneAt: EVICTED });
    const now = pod('b', { result: 'evicted', acceptedAt: LISTED, goneAt: GONE });
    const drain = addEarlier({ end: 'emptied', pods: [now], firstEvictionAt: LISTED }, [before], LISTED);
    expect(drain).toMatchObject({ firstEvictionAt: EVICTED, lastEvictionAt: LISTED });
  });
});
