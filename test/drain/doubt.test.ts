import { expect, test } from 'vitest';
import { doubtWatch } from '../../functions/drain/doubt.ts';
import type { PodDecision } from '../../functions/drain/outcome.ts';
import { openRecord, type PodRecord } from '../../functions/drain/pod-record.ts';
import { podWith } from './scene.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, seconds));
const evict: PodDecision = { action: 'evict', reason: 'evictable', pod: podWith({}), wave: 0 };
const stopping = podWith({ deletionTimestamp: at(12) });
const waiting: PodDecision = { action: 'await', reason: 'already-terminating', pod: stopping };
const leaving = (grace: number) => ({ acceptedAt: at(1), gracePeriodSeconds: grace });

/** Two minutes from second 0; the facts of one pod, when the watch was last heard, and now. */
function doubt(facts: Partial<PodRecord>, heardAt: number, now: number, decision = evict) {
  const records = new Map([['uid', { ...openRecord(decision), ...facts }]]);
  return doubtWatch({ records, endsAt: at(120) }, at(heardAt), at(now));
}

test.each<[string, string | undefined, string | undefined]>([
  ['an accepted pod within its grace', doubt(leaving(30), 1, 33), undefined],
  ['an accepted pod after its grace', doubt(leaving(30), 1, 34), 'a pod should have gone by now'],
  ['the same, listed since', doubt(leaving(30), 34, 35), undefined],
  ['a pod that stops as another drainer asked', doubt({}, 1, 14, waiting), undefined],
  ['the same, past its time', doubt({}, 1, 15, waiting), 'a pod should have gone by now'],
  [
    'a pod seen to stop, its answer lost',
    doubt({ stoppingAt: at(1) }, 1, 34),
    'a pod should have gone by now',
  ],
  ['a long grace, in silence', doubt(leaving(100), 5, 44), undefined],
  ['a long grace, in longer silence', doubt(leaving(100), 5, 45), 'nothing was heard for 40 s'],
  ['a long grace, just before the end', doubt(leaving(118), 100, 117), 'the end is near'],
  ['the same, heard a moment ago', doubt(leaving(118), 111, 117), undefined],
  ['a pod that is gone', doubt({ ...leaving(1), goneAt: at(2) }, 2, 119), undefined],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected);
});
