import { expect, test } from 'vitest';
import { auditFiles, foundIn } from './scene.ts';

test('what the annotation names is shown as ignored and counts nowhere', async () => {
  const audit = await auditFiles('test/audit/ignored.yaml');
  const [cache] = audit.judged;
  expect(cache?.verdict).toBe('spot');
  expect(cache?.findings.map(({ ignored, rule }) => [rule, ignored?.reason])).toEqual([
    ['single-replica', 'a cache, may be away'],
    ['no-budget', 'a cache, may be away'],
    ['no-spread', 'it is one'],
  ]);
  expect(foundIn(audit)).toEqual(['no-spread of Deployment/web']);
});

test('a suppression of no rule, of nothing, or without a reason is noted', async () => {
  const { notices } = await auditFiles('test/audit/ignored.yaml');
  expect(notices).toEqual([
    'default/Deployment/web ignores single-replica, which it does not break: take it out',
    'default/Deployment/web ignores no-spred, which is no rule: --list names them',
    'default/Deployment/web ignores no-budget without a reason: write it behind " -- "',
  ]);
});
