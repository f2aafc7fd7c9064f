import { expect, test } from 'vitest';
import { decide } from '../../functions/fallback/decide.ts';
import { EMPTY_MEMORY, type Memory } from '../../functions/fallback/memory.ts';
import { at, CAPACITY, group, node, returning, runMinutes, world } from './pools.ts';

const FAILED = { kind: CAPACITY, at: at(0) };
const NOW = at(0);

test('1: one notice and spot back within six minutes buys nothing', () => {
  const noticed = world({
    spot: { readyGpus: 15, doomed: [{ gpus: 1, since: at(0) }] },
  });
  const booting = world({
    spot: { readyGpus: 15, launching: [{ gpus: 1, since: at(2) }], lastLaunchAt: at(2) },
  });
  const first = runMinutes(noticed, EMPTY_MEMORY, 0, 2);
  const then = runMinutes(booting, first.memory, 3, 6);
  const back = runMinutes(world(), then.memory, 7, 10);
  const actions = [first, then, back].flatMap((run) => run.decisions.map((decision) => decision.action));
  expect(new Set(actions)).toEqual(new Set(['keep']));
});

test('2: a notice and a capacity failure buy on-demand at the next run', () => {
  const state = world({ spot: { readyGpus: 15, doomed: [{ gpus: 1, since: at(0) }], lastFailure: FAILED } });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toMatchObject({
    action: 'scale-out',
    launches: [{ group: 'on-demand', desired: 1 }],
  });
});

test('a replacement that never becomes Ready is given up after six minutes', () => {
  const state = world({ spot: { readyGpus: 15, launching: [{ gpus: 1, since: at(0) }] } });
  expect(decide(state, EMPTY_MEMORY, at(5)).decision.action).toBe('keep');
  expect(decide(state, EMPTY_MEMORY, at(6)).decision.action).toBe('scale-out');
});

test('3: repeated runs over one world end in the same desired capacity', () => {
  const state = world({ spot: { readyGpus: 10, lastFailure: FAILED } });
  const { decisions } = runMinutes(state, EMPTY_MEMORY, 0, 3);
  expect(new Set(decisions.map((decision) => JSON.stringify(decision))).size).toBe(1);
});

test('4: twenty notices obey the step and the maximum', () => {
  const pool = { maxGpus: 32, stepNodes: 5 };
  const spot = { desiredGpus: 20, readyGpus: 0, lastFailure: FAILED };
  const desired = [0, 5, 10].map((nodes) => {
    const fallbacks = [group({ maxNodes: 12, desired: nodes })];
    const { decision } = decide(world({ pool, spot, fallbacks }), EMPTY_MEMORY, NOW);
    return decision.action === 'scale-out' ? decision.launches[0]?.desired : decision.action;
  });
  expect(desired).toEqual([5, 10, 12]);
  const full = decide(
    world({ pool, spot, fallbacks: [group({ maxNodes: 12, desired: 12 })] }),
    EMPTY_MEMORY,
    NOW,
  );
  expect(full.decision).toEqual({
    action: 'refuse',
    shortGpus: 8,
    refusals: [{ reason: 'max-nodes', group: 'on-demand', nodes: 0 }],
  });
});

test('5: an autoscaler that shrinks the spot group mid-shortage does not shrink what is wanted', () => {
  const pending = Array.from({ length: 6 }, () => ({ gpus: 1 }));
  const state = world({
    spot: { desiredGpus: 10, readyGpus: 10, lastFailure: FAILED },
    pods: { boundGpus: 10, pending },
  });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toMatchObject({ launches: [{ desired: 6 }] });
});

test('6: on-demand short too opens the breaker and asks the next group', () => {
  const first = group({ name: 'p3', desired: 4, lastFailure: FAILED });
  const second = group({ name: 'g5', priority: 1 });
  const state = world({ spot: { readyGpus: 12, lastFailure: FAILED }, fallbacks: [second, first] });
  const { decision, memory } = decide(state, EMPTY_MEMORY, NOW);
  expect(decision).toEqual({
    action: 'scale-out',
    launches: [{ group: 'g5', desired: 4 }],
    refusals: [{ reason: 'CAPACITY', group: 'p3', until: at(3) }],
  });
  expect(memory.breakers.p3?.minutes).toBe(3);
});

test('the breaker doubles from 3 to 30 minutes while failures go on, and a launch closes it', () => {
  let memory: Memory = EMPTY_MEMORY;
  const opened: (number | undefined)[] = [];
  for (let minute = 0; minute < 130; minute++) {
    const fallbacks = [group({ desired: 4, lastFailure: { kind: CAPACITY, at: at(minute) } })];
    memory = decide(
      world({ spot: { readyGpus: 12, lastFailure: FAILED }, fallbacks }),
      memory,
      at(minute),
    ).memory;
    const minutes = memory.breakers['on-demand']?.minutes;
    if (opened.at(-1) !== minutes) opened.push(minutes);
  }
  expect(opened).toEqual([3, 6, 12, 24, 30]);
  const launched = group({ lastFailure: { kind: CAPACITY, at: at(129) }, lastLaunchAt: at(130) });
  expect(decide(world({ fallbacks: [launched] }), memory, at(130)).memory.breakers).toEqual({});
});

test('8: a drain that its budgets block is undone and rests for an hour, without a termination', () => {
  const blocked = node('a', { drain: { since: at(0), podsLeft: 1 } });
  const timedOut = decide(world({ fallbacks: [group({ nodes: [blocked] })] }), EMPTY_MEMORY, at(15));
  expect(timedOut.decision).toEqual(returning({ restore: [{ node: 'a', reason: 'drain-timed-out' }] }));
  const rested = world({ fallbacks: [group({ nodes: [node('a')] })] });
  const { decisions } = runMinutes(rested, timedOut.memory, 16, 75);
  expect(decisions.findIndex((decision) => decision.action === 'return') + 16).toBe(75);
});

test('9: a crash after the terminate decrements once: a node that is gone is not named again', () => {
  const drained = node('a', { drain: { since: at(0), podsLeft: 0 } });
  const state = world({
    spot: { readyGpus: 15, lastFailure: FAILED },
    fallbacks: [group({ nodes: [drained, node('b')] })],
  });
  const first = decide(state, EMPTY_MEMORY, at(1));
  expect(first.decision).toEqual(returning({ terminate: ['a'] }));
  const after = world({
    spot: { readyGpus: 15, lastFailure: FAILED },
    fallbacks: [group({ nodes: [node('b')] })],
  });
  // The crash lost the memory of the first run.
  expect(decide(after, EMPTY_MEMORY, at(2)).decision).toEqual({ action: 'keep', reason: 'shortage-covered' });
});

test('10: an 8-GPU pod with a 1-GPU fallback is refused, and said', () => {
  const state = world({ pool: { maxGpus: 32 }, pods: { boundGpus: 16, pending: [{ gpus: 8 }] } });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toEqual({
    action: 'refuse',
    shortGpus: 0,
    refusals: [{ reason: 'pod-too-large', podGpus: 8, largestNodeGpus: 1 }],
  });
});

test('11: what Karpenter bought at the same time makes a surplus, released after the hold', () => {
  const short = world({ spot: { readyGpus: 14, lastFailure: FAILED } });
  const before = runMinutes(short, EMPTY_MEMORY, 0, 0);
  const both = world({ fallbacks: [group({ nodes: [node('a'), node('b', { launchedAt: at(1) })] })] });
  const { decisions } = runMinutes(both, before.memory, 1, 30);
  const first = decisions.findIndex((decision) => decision.action === 'return');
  expect(first + 1).toBe(Math.ceil(before.holdMinutes - 5));
  expect(decisions[first]).toEqual(returning({ release: ['b'] }));
});

test('no more nodes leave at a time than the step', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((name) => node(name));
  const state = world({ pool: { stepNodes: 2 }, fallbacks: [group({ nodes })] });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toEqual(returning({ release: ['a', 'b'] }));
  const draining = nodes.map((each, i) => (i < 2 ? { ...each, drain: { since: at(0), podsLeft: 1 } } : each));
  const later = world({ pool: { stepNodes: 2 }, fallbacks: [group({ nodes: draining })] });
  expect(decide(later, EMPTY_MEMORY, at(1)).decision).toEqual(returning({ drain: ['a', 'b'] }));
});

test.each([
  ['dollars', { pool: { maxDollarsPerHour: 7 } }, { reason: 'max-dollars', group: 'on-demand', nodes: 2 }],
  ['quota', { fallbacks: [group({ quotaNodes: 2 })] }, { reason: 'quota', group: 'on-demand', nodes: 2 }],
])('the %s cap gives what it allows and says why', (_, over, refusal) => {
  const state = world({ ...over, spot: { readyGpus: 8, lastFailure: FAILED } });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toEqual({
    action: 'scale-out',
    launches: [{ group: 'on-demand', desired: 2 }],
    refusals: [refusal],
  });
});

test('a node under drain is kept when spot is short again', () => {
  const draining = node('a', { drain: { since: at(0), podsLeft: 1 } });
  const state = world({
    spot: { readyGpus: 15, lastFailure: FAILED },
    fallbacks: [group({ nodes: [draining] })],
  });
  expect(decide(state, EMPTY_MEMORY, at(1)).decision).toEqual(
    returning({ restore: [{ node: 'a', reason: 'needed-again' }] }),
  );
});

test('nothing is given back for spot that is only on its way', () => {
  const booting = world({
    spot: { readyGpus: 15, launching: [{ gpus: 1, since: at(0) }], lastLaunchAt: at(0) },
    fallbacks: [group({ nodes: [node('a')] })],
  });
  expect(decide(booting, EMPTY_MEMORY, at(1)).decision).toEqual({ action: 'keep', reason: 'holding' });
  const ready = world({ fallbacks: [group({ nodes: [node('a')] })] });
  expect(decide(ready, EMPTY_MEMORY, at(2)).decision).toEqual(returning({ release: ['a'] }));
});

test('a configuration failure stops the pool: the next group is not asked either, until the first has launched', () => {
  const remedy = 'Correct the launch template';
  const broken = { kind: 'CONFIG' as const, at: at(0), remedy, stopsPool: true as const };
  const stopped = (over: Partial<typeof broken & { lastLaunchAt: Date }> = {}) => {
    const { lastLaunchAt, ...failure } = over;
    const first = group({
      name: 'p3',
      lastFailure: { ...broken, ...failure },
      ...(lastLaunchAt && { lastLaunchAt }),
    });
    const fallbacks = [first, group({ name: 'g5', priority: 1 })];
    return decide(world({ spot: { readyGpus: 12, lastFailure: FAILED }, fallbacks }), EMPTY_MEMORY, at(40));
  };
  expect(stopped().decision).toEqual({
    action: 'refuse',
    shortGpus: 4,
    refusals: [{ reason: 'CONFIG', group: 'p3', remedy }],
  });
  expect(stopped({ lastLaunchAt: at(39) }).decision).toMatchObject({
    action: 'scale-out',
    launches: [{ group: 'p3', desired: 4 }],
  });
});

test('a stopped pool goes on returning what spot covers', () => {
  const lastFailure = { kind: 'CONFIG' as const, at: at(0), stopsPool: true as const };
  const fallbacks = [group({ nodes: [node('a')], lastFailure })];
  expect(decide(world({ fallbacks }), EMPTY_MEMORY, at(1)).decision).toEqual(returning({ release: ['a'] }));
});
