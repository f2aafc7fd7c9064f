import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ReplayResult } from '../../cli/replay/result.ts';
import { newFolder } from '../support/new-folder.ts';
import { runCli } from './run-cli.ts';
import { runHere } from './run-here.ts';

async function replay(...args: string[]): Promise<{ code: number; result: ReplayResult }> {
  const { code, stdout, stderr } = await runHere({}, 'replay', '--json', ...args);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) as ReplayResult };
}

function outcomes(result: ReplayResult): string[] {
  return result.interruptions.map(({ outcome }) => outcome.type);
}

describe('replay of the scenarios', () => {
  test('one inference node is emptied in time and every pod has a fate', async () => {
    const { code, result } = await replay('--scenario', 'inference-node');
    expect(code).toBe(0);
    expect(outcomes(result)).toEqual(['emptied']);
    const pods = result.interruptions[0]?.pods ?? [];
    expect(pods.length).toBeGreaterThan(8);
    expect(
      pods.filter(({ decision }) => decision === 'evict').every(({ outcome }) => outcome === 'evicted'),
    ).toBe(true);
    expect(pods.filter(({ decision }) => decision === 'skip').map(({ reason }) => reason)).toContain(
      'daemonset-pod',
    );
  });

  test('ten evictable and five DaemonSet pods cost at most 14 requests, at most 5 before the first eviction', async () => {
    const { code, result } = await replay('--scenario', 'ten-pods');
    expect(code).toBe(0);
    // Nobody waits for those: three of the node, one of each moved pod.
    const { 'create events': events, ...drain } = result.requests;
    expect(events).toBe(13);
    const total = Object.values(drain).reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(14);
    expect(result.requests['create pods/eviction']).toBe(10);
    expect(total - 10).toBeLessThanOrEqual(5);
  });

  test('a budget that never allows is overridden before the deadline, and named', async () => {
    const { code, result } = await replay('--scenario', 'blocked-by-budget');
    expect(code).toBe(0);
    const [interruption] = result.interruptions;
    expect(interruption?.pods.filter(({ outcome }) => outcome === 'deleted').length).toBeGreaterThan(0);
    expect(JSON.stringify(interruption?.timeline)).toContain('llm');
  });

  test('a storm of 50: all cordoned and all pods accepted before any deadline', {
    timeout: 90_000,
  }, async () => {
    const { code, result } = await replay('--scenario', 'storm');
    expect(code).toBe(0);
    expect(outcomes(result)).toEqual(Array(50).fill('emptied'));
    expect(result.percentiles.cordoned?.max).toBeLessThan(120);
    expect(result.percentiles.lastEviction?.max).toBeLessThan(120);
    expect(result.evictedTwice).toBe(0);
  });

  test('a rebalance is told, the interruption after it is acted on', async () => {
    const { code, result } = await replay('--scenario', 'rebalance-then-interruption');
    expect(outcomes(result)).toEqual(['told', 'emptied']);
    expect(code).toBe(0);
  });

  test('a killed run is taken over and no pod is evicted twice', async () => {
    const { code, result } = await replay('--scenario', 'crash-and-takeover');
    expect(code).toBe(0);
    expect(outcomes(result)).toEqual(['emptied']);
    expect(result.interruptions[0]?.timeline.map(({ type }) => type)).toContain('takeover');
    expect(result.evictedTwice).toBe(0);
  });

  test('a training gang saves one step, and only then loses the pod on the doomed node', async () => {
    const { code, result } = await replay('--scenario', 'training-gang');
    expect(code).toBe(0);
    const [interruption] = result.interruptions;
    expect(interruption?.training).toMatchObject([
      { result: 'not-opted-in', gang: 'Job/finetune' },
      { result: 'saved', gang: 'Job/llama', uri: expect.stringContaining('step-') },
    ]);
    const order = interruption?.timeline.map(({ type, text }) => `${type} ${text}`) ?? [];
    const evicted = order.findIndex((line) => line.startsWith('evict-sent training/llama'));
    expect(order.findIndex((line) => line.startsWith('saved'))).toBeLessThan(evicted);
    expect(result.requests['patch pods/status']).toBe(3);
    expect(result.evictedTwice).toBe(0);
  });

  test('a training job that never answers is evicted 20 s after the notice', async () => {
    const { code, result } = await replay('--scenario', 'training-silent');
    expect(code).toBe(0);
    const [interruption] = result.interruptions;
    expect(interruption?.training.map(({ result }) => result)).toContain('not-acknowledged');
    const unsaved = interruption?.timeline.find(({ type }) => type === 'unsaved');
    expect(unsaved?.seconds).toBeGreaterThanOrEqual(20);
  });

  test('an unknown instance is a quiet outcome', async () => {
    const { code, result } = await replay('--scenario', 'unknown-instance');
    expect(code).toBe(5);
    expect(result.requests).toEqual({});
  });

  test('a slow API server is still in time', async () => {
    const { code, result } = await replay('--scenario', 'slow-api-server');
    expect(code).toBe(0);
    expect(outcomes(result)).toEqual(['emptied']);
  });
});

test('with --slack, the notifier runs beside it and the result holds what Slack shows', async () => {
  const { code, result } = await replay('--slack');
  expect(code).toBe(0);
  expect(result.slack?.threads).toHaveLength(1);
  expect(result.slack?.threads[0]?.text).toContain('Emptied with');
  expect(result.slack?.threads[0]?.replies.join()).toContain('inference/llm-');
  expect(result.slack?.calls['chat.postMessage']).toBe(2);
}, 60_000);

describe('replay of the samples', () => {
  const samples = readdirSync(new URL('../../events/', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );

  test.each(samples)('%s ends in a documented way', async (name) => {
    const { code, result } = await replay(`events/${name}`);
    expect([0, 3, 4, 5, 6, 7]).toContain(code);
    expect(result.interruptions.length + result.ignored.length).toBeGreaterThan(0);
  });
});

test('an instance that only runs is ignored, and the reason is told', async () => {
  const { code, stdout } = await runCli('replay', 'events/instance-state-change-running.json');
  expect(code).toBe(0);
  expect(stdout).toContain('ignored, the instance runs');
});

describe('bad input', () => {
  test.each([
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['nowhere.json'], 'nowhere.json: no such file'],
    [['--scenario', 'nope'], "argument 'nope' is invalid"],
    [['--speed', '-1'], '--speed is "-1"'],
    [['--execute'], '--execute is for a real cluster'],
    [['--instance', 'web-1'], '--instance is "web-1"'],
    [['--slack-token', 'xoxb-1'], '--slack-channel'],
    [['--slack', '--slack-token', 'xoxb-1'], 'give one of them'],
    [['--slack-channel', 'C0123456789'], 'add --slack-token'],
    [['--slack-channel', 'C0123456789', '--slack-token', 'events/x.json'], 'give the flag last'],
    [['events/spot-interruption-terminate.json', '--kubeconfig', 'nowhere.yaml'], 'nowhere.yaml'],
  ])('%o gives one clear line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await runHere({}, 'replay', ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a malformed event names the file and the field', async () => {
    const file = join(await newFolder('replay'), 'event.json');
    await writeFile(
      file,
      JSON.stringify({
        source: 'aws.ec2',
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        detail: {},
      }),
    );
    const { code, stderr } = await runHere({}, 'replay', file);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(file);
    expect(stderr).toMatch(/field "/);
  });

  test('an event older than its deadline is recorded, not acted on', async () => {
    const { code, result } = await replay('events/spot-interruption-terminate.json', '--keep-time');
    expect(code).toBe(7);
    expect(outcomes(result)).toEqual(['too-late']);
    expect(result.requests).toEqual({});
  });
});
