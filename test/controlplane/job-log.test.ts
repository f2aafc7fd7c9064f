import { expect, test } from 'vitest';
import { readJobLog } from '../../controlplane/training/job-log.ts';

const WEIGHTS = 'a1'.repeat(32);

test('a training that has not begun has no first step', () => {
  expect(readJobLog('')).toEqual({ lastStep: 0 });
});

test('before its first step the last one is where it resumed', () => {
  expect(readJobLog('resumed after step 40\n')).toEqual({ resumedAfter: 40, lastStep: 40 });
});

test('what other ranks print into a line hides nothing of it', () => {
  const log = [
    'resumed after step 40[rank1]:[W] Warning: unused parameters',
    '[rank2]:[W] connected: step 41 loss 0.5[rank0]:[W]',
    'terminated after step 41',
    `finished with loss 0.25 weights ${WEIGHTS}[rank1]`,
  ].join('\n');
  expect(readJobLog(log)).toEqual({
    resumedAfter: 40,
    lastStep: 41,
    result: `loss 0.25 weights ${WEIGHTS}`,
  });
});
