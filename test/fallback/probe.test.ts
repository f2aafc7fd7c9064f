import { expect, test } from 'vitest';
import { decide } from '../../functions/fallback/decide.ts';
import { EMPTY_MEMORY, type Memory } from '../../functions/fallback/memory.ts';
import type { PoolState, SpotSide } from '../../functions/fallback/pool.ts';
import { at, CAPACITY, group, node, world } from './pools.ts';

const IDLE = { replicas: 0, running: 0, nodesInUse: 14 };

/** 16 GPUs wanted: 14 on spot, 2 nodes of one on demand; an autoscaler has shrunk the spot group. */
function shortOfTwo(spot: Partial<SpotSide> = {}): PoolState {
  return world({
    pool: { asksForSpot: true, holdMinutes: 30 },
    spot: { desiredGpus: 14, readyGpus: 14, placeholders: IDLE, ...spot },
    pods: { boundGpus: 16 },
    fallbacks: [group({ nodes: [node('a'), node('b')] })],
  });
}

/** Runs once a minute; `spotAt` is the spot side of that minute, given how many placeholders were asked for. */
function live(minutes: number, spotAt: (minute: number, replicas: number) => Partial<SpotSide>) {
  let memory: Memory = EMPTY_MEMORY;
  let replicas = 0;
  const asked: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const next = decide(shortOfTwo(spotAt(minute, replicas)), memory, at(minute));
    memory = next.memory;
    replicas = next.probe?.replicas ?? 0;
    asked.push(replicas);
  }
  return asked;
}

const starts = (asked: readonly number[]) =>
  asked.flatMap((replicas, minute) => (replicas > (asked[minute - 1] ?? 0) ? [minute] : []));

test('one spot node is asked for after 15 minutes, and after 15, 30, 60 and at most 120 more when it is not to be had', () => {
  let askedAt: number | undefined;
  const asked = live(600, (minute, replicas) => {
    if (replicas === 0) askedAt = undefined;
    else askedAt ??= minute;
    return {
      placeholders: { ...IDLE, replicas },
      ...(askedAt !== undefined && { lastFailure: { kind: CAPACITY, at: at(askedAt) } }),
    };
  });
  expect(Math.max(...asked)).toBe(1);
  expect(starts(asked)).toEqual([15, 46, 107, 228, 349, 470, 591]);
});

test('an autoscaler that does nothing for ten minutes is left alone', () => {
  const asked = live(40, (_, replicas) => ({ placeholders: { ...IDLE, replicas } }));
  expect(asked.flatMap((replicas, minute) => (replicas > 0 ? [minute] : []))).toEqual(
    Array.from({ length: 10 }, (_, more) => 15 + more),
  );
});

test('the node that came is held by its placeholder through the hold, and no second one is asked for', () => {
  const asked = live(80, (minute, replicas) => {
    const running = minute < 18 ? 0 : Math.min(replicas, 1);
    return {
      readyGpus: 14 + running,
      desiredGpus: 14 + replicas,
      placeholders: { ...IDLE, replicas, running },
    };
  });
  expect(asked.slice(15, 45)).toEqual(Array(30).fill(1));
  expect(starts(asked)).toEqual([15]);
});

test('a pause keeps the placeholders that are on a node', () => {
  const state = shortOfTwo({
    readyGpus: 15,
    placeholders: { replicas: 2, running: 1, nodesInUse: 14 },
    lastFailure: { kind: CAPACITY, at: at(10) },
  });
  const memory = { ...EMPTY_MEMORY, probe: { since: at(10), minutes: 15 } };
  const { probe } = decide(state, memory, at(11));
  expect(probe).toMatchObject({ replicas: 1, pausedUntil: at(26), memory: { minutes: 30 } });
});

test('a fallback node on its way back takes the place of a placeholder', () => {
  const state = shortOfTwo({
    desiredGpus: 16,
    readyGpus: 16,
    placeholders: { replicas: 2, running: 2, nodesInUse: 14 },
  });
  const { decision, probe } = decide(state, { ...EMPTY_MEMORY, probe: { minutes: 15 } }, at(0));
  expect(decision).toMatchObject({ action: 'return', release: ['a', 'b'] });
  expect(probe?.replicas).toBe(0);
});

test('without a fallback node the autoscaler is left alone', () => {
  const state = { ...shortOfTwo(), fallbacks: [group()] };
  expect(decide(state, EMPTY_MEMORY, at(0)).probe).toEqual({ replicas: 0 });
});

test('without placeholders nothing is probed', () => {
  expect(decide(world(), EMPTY_MEMORY, at(0)).probe).toBeUndefined();
});
