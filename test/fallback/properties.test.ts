import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../functions/fallback/decide.ts';
import type { Decision } from '../../functions/fallback/decision.ts';
import { EMPTY_MEMORY } from '../../functions/fallback/memory.ts';
import type { FallbackGroup, PoolState } from '../../functions/fallback/pool.ts';
import { at, group, node, world } from './pools.ts';

const minute = fc.integer({ min: 0, max: 90 }).map(at);
const kind = fc.constantFrom('CAPACITY' as const, 'QUOTA' as const, 'CONFIG' as const);
const failure = fc.option(fc.record({ kind, at: minute }), { nil: undefined });

const anyNode = fc.record({
  doNotDisrupt: fc.boolean(),
  gang: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
  podsLeft: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
});

const anyGroup = (name: string) =>
  fc
    .record({
      priority: fc.integer({ min: 0, max: 2 }),
      gpusPerNode: fc.constantFrom(1, 4, 8),
      maxNodes: fc.integer({ min: 0, max: 12 }),
      quotaNodes: fc.integer({ min: 0, max: 12 }),
      extraDesired: fc.integer({ min: 0, max: 2 }),
      nodes: fc.array(anyNode, { maxLength: 4 }),
      lastFailure: failure,
    })
    .map(({ nodes, extraDesired, lastFailure, ...rest }): FallbackGroup => {
      const named = nodes.map(({ doNotDisrupt, gang, podsLeft }, i) =>
        node(`${name}-${i}`, {
          doNotDisrupt,
          ...(gang && { gang }),
          ...(podsLeft !== undefined && { drain: { since: at(0), podsLeft } }),
        }),
      );
      const desired = nodes.length + extraDesired;
      return group({ name, ...rest, nodes: named, desired, ...(lastFailure && { lastFailure }) });
    });

const anyWorld: fc.Arbitrary<PoolState> = fc
  .record({
    stepNodes: fc.integer({ min: 1, max: 20 }),
    maxDollarsPerHour: fc.integer({ min: 0, max: 60 }),
    readyGpus: fc.integer({ min: 0, max: 20 }),
    lastFailure: failure,
    pending: fc.array(fc.record({ gpus: fc.integer({ min: 1, max: 8 }), gang: fc.constantFrom('a', 'b') }), {
      maxLength: 5,
    }),
    fallbacks: fc.tuple(anyGroup('p3'), anyGroup('g5')),
  })
  .map(({ stepNodes, maxDollarsPerHour, readyGpus, lastFailure, pending, fallbacks }) =>
    world({
      pool: { stepNodes, maxDollarsPerHour },
      spot: { readyGpus, ...(lastFailure && { lastFailure }) },
      pods: { pending },
      fallbacks,
    }),
  );

/** The world after the decision, with nothing else changed: launches never fill, drains finish at once. */
function apply(state: PoolState, decision: Decision, now: Date): PoolState {
  const change = (edit: (group: FallbackGroup) => FallbackGroup) => ({
    ...state,
    fallbacks: state.fallbacks.map(edit),
  });
  switch (decision.action) {
    case 'scale-out': {
      const desired = new Map(decision.launches.map((launch) => [launch.group, launch.desired]));
      return change((each) => ({ ...each, desired: desired.get(each.name) ?? each.desired }));
    }
    case 'return':
      return change((each) => {
        const left = each.nodes.filter(({ name }) => !decision.terminate.includes(name));
        const nodes = left.map(({ drain, ...rest }) => {
          if (decision.restore.some((restored) => restored.node === rest.name)) return rest;
          const gone = decision.release.includes(rest.name) || decision.drain.includes(rest.name);
          return gone
            ? { ...rest, drain: { since: now, podsLeft: 0 } }
            : { ...rest, ...(drain && { drain }) };
        });
        return { ...each, nodes, desired: each.desired - (each.nodes.length - nodes.length) };
      });
    case 'refuse':
    case 'keep':
      return state;
  }
}

test('over random histories no launch passes the step, the nodes, the dollars or the quota', () => {
  fc.assert(
    fc.property(fc.array(anyWorld, { minLength: 1, maxLength: 12 }), (history) => {
      let memory = EMPTY_MEMORY;
      for (const [i, state] of history.entries()) {
        const next = decide(state, memory, at(90 + i));
        memory = next.memory;
        if (next.decision.action !== 'scale-out') continue;
        for (const launch of next.decision.launches) {
          const target = state.fallbacks.find((each) => each.name === launch.group);
          expect(launch.desired).toBeLessThanOrEqual(
            Math.min(target?.maxNodes ?? 0, target?.quotaNodes ?? 0),
          );
          expect(launch.desired - (target?.desired ?? 0)).toBeLessThanOrEqual(state.pool.stepNodes);
        }
        const dollars = apply(state, next.decision, at(90 + i)).fallbacks.reduce(
          (sum, each) => sum + each.desired * each.dollarsPerNodeHour,
          0,
        );
        expect(dollars).toBeLessThanOrEqual(state.pool.maxDollarsPerHour ?? 0);
      }
    }),
  );
});

test('a node with a do-not-disrupt pod is neither drained nor terminated', () => {
  fc.assert(
    fc.property(anyWorld, (state) => {
      const { decision } = decide(state, EMPTY_MEMORY, at(90));
      if (decision.action !== 'return') return;
      const leaving = [...decision.release, ...decision.drain, ...decision.terminate];
      const named = state.fallbacks
        .flatMap((each) => each.nodes)
        .filter(({ name }) => leaving.includes(name));
      expect(named.some((each) => each.doNotDisrupt)).toBe(false);
    }),
  );
});

test('no more is given back than spot covers', () => {
  fc.assert(
    fc.property(anyWorld, (state) => {
      const { decision, keepGpus } = decide(state, EMPTY_MEMORY, at(90));
      if (decision.action !== 'return') return;
      const leaving = [...decision.release, ...decision.drain, ...decision.terminate];
      const stays = state.fallbacks.flatMap((each) =>
        each.nodes.filter(({ name }) => !leaving.includes(name)).map(() => each.gpusPerNode),
      );
      const total = stays.reduce((sum, gpus) => sum + gpus, 0);
      if (leaving.length > 0) expect(total).toBeGreaterThanOrEqual(keepGpus);
    }),
  );
});

test('when the world stops, the second run launches nothing more', () => {
  fc.assert(
    fc.property(anyWorld, (random) => {
      const state = { ...random, pool: { ...random.pool, stepNodes: 100 } };
      const first = decide(state, EMPTY_MEMORY, at(90));
      fc.pre(first.decision.action !== 'return');
      const second = decide(apply(state, first.decision, at(90)), first.memory, at(90));
      expect(second.decision.action).not.toBe('scale-out');
    }),
  );
});

test('when the world stops, the decisions settle', () => {
  fc.assert(
    fc.property(anyWorld, (random) => {
      let state = random;
      let memory = EMPTY_MEMORY;
      const actions: string[] = [];
      for (let minute = 90; minute < 330; minute++) {
        const next = decide(state, memory, at(minute));
        state = apply(state, next.decision, at(minute));
        memory = next.memory;
        actions.push(next.decision.action);
      }
      expect(actions.slice(-60).every((action) => action === 'keep' || action === 'refuse')).toBe(true);
    }),
  );
});
