import { expect, test } from 'vitest';
import { decide } from '../../functions/fallback/decide.ts';
import { EMPTY_MEMORY } from '../../functions/fallback/memory.ts';
import { at, CAPACITY, group, node, world } from './pools.ts';

const FAILED = { kind: CAPACITY, at: at(0) };
const NOW = at(0);

test('a gang gets all it needs or nothing', () => {
  const pending = Array.from({ length: 4 }, () => ({ gpus: 1, gang: 'llm' }));
  const state = (maxNodes: number) =>
    world({
      spot: { desiredGpus: 0, readyGpus: 0, lastFailure: FAILED },
      pods: { pending: [...pending, { gpus: 1 }] },
      fallbacks: [group({ maxNodes })],
    });
  expect(decide(state(5), EMPTY_MEMORY, NOW).decision).toMatchObject({ launches: [{ desired: 5 }] });
  expect(decide(state(4), EMPTY_MEMORY, NOW).decision).toMatchObject({
    launches: [{ desired: 1 }],
    refusals: [{ reason: 'max-nodes' }, { reason: 'gang-too-large', gang: 'llm', gangGpus: 4, roomGpus: 3 }],
  });
});

test('a second group is not asked for a part of a gang that the first has no room for', () => {
  const gang = (name: string, size: number) => Array.from({ length: size }, () => ({ gpus: 1, gang: name }));
  const state = world({
    spot: { desiredGpus: 0, readyGpus: 0, lastFailure: FAILED },
    pods: { pending: [...gang('a', 4), ...gang('b', 7)] },
    fallbacks: [group({ maxNodes: 5 }), group({ name: 'g5', priority: 1, maxNodes: 5 })],
  });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toMatchObject({
    launches: [{ group: 'on-demand', desired: 4 }],
  });
});

test('the pool maximum does not cut a gang in half', () => {
  const pending = Array.from({ length: 4 }, () => ({ gpus: 1, gang: 'llm' }));
  const state = world({
    spot: { readyGpus: 14, lastFailure: FAILED },
    pods: { boundGpus: 14, pending },
  });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toMatchObject({
    action: 'refuse',
    refusals: [{ reason: 'gang-too-large', gang: 'llm', gangGpus: 4, roomGpus: 2 }],
  });
});

test('the nodes of a gang leave together', () => {
  const gang = [node('a', { gang: 'llm' }), node('b', { gang: 'llm' })];
  const state = world({ fallbacks: [group({ nodes: gang })] });
  expect(decide(state, EMPTY_MEMORY, NOW).decision).toMatchObject({ action: 'return', release: ['a', 'b'] });
});
