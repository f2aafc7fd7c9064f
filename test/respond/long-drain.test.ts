import { expect, test } from 'vitest';
import { secondsBetween } from '../../functions/clock.ts';
import { openLongScene } from './long-scene.ts';
import { doomed } from './scene.ts';

const onRebalance = 'drain' as const;
const rebalance = 'rebalance-recommendation';

test.concurrent('pods with half an hour of grace are drained over several invocations, told as one', async () => {
  await using scene = await openLongScene({ onRebalance });
  scene.addPods('llm', 3, 1_750);
  scene.addPods('gateway', 1, 60);
  const [first] = await scene.deliver(rebalance);
  expect(first?.outcome).toEqual({
    type: 'continued',
    reason: expect.stringMatching(/^3 pods left: inference\/llm-.* \(stopping\)/),
  });
  const row = await scene.deps.incidents.get(doomed);
  expect(row).toMatchObject({ state: 'open', run: 1 });
  const reports = await scene.later();
  const last = reports.at(-1);
  expect(last?.outcome.type).toBe('emptied');
  expect(last?.drain?.pods.filter(({ outcome }) => outcome.result === 'evicted')).toHaveLength(4);
  expect(scene.told('Interruption Received')).toHaveLength(1);
  expect(scene.told('Interruption Handled')).toMatchObject([{ outcome: { type: 'emptied' } }]);
  expect(scene.world.cluster.evictions).toHaveLength(4);
  expect(await scene.deps.incidents.get(doomed)).toMatchObject({ state: 'closed', outcome: 'emptied' });
});

test.concurrent('a run leaves what outlasts its invocation at a full ten minutes of the clock, where others leave theirs', async () => {
  await using scene = await openLongScene({ onRebalance });
  scene.addPods('llm', 1, 1_750);
  const begunAt = scene.clock.now();
  const [first] = await scene.deliver(rebalance);
  const left = first?.finishedAt ?? begunAt;
  expect(secondsBetween(begunAt, left)).toBeLessThan(15 * 60);
  expect((left.getTime() % (10 * 60_000)) / 1_000).toBeLessThan(60);
  expect(first?.outcome.type).toBe('continued');
});

test.concurrent('a drain that nobody can finish stops after the longest time, and names pods and budgets', async () => {
  await using scene = await openLongScene({ onRebalance, longestDrainMinutes: 40 });
  scene.addPods('llm', 1, 60);
  scene.lock('llm');
  const begunAt = scene.clock.now();
  await scene.deliver(rebalance);
  const last = (await scene.later()).at(-1);
  expect(last?.outcome).toEqual({
    type: 'blocked',
    reason: expect.stringMatching(/^1 pod left: inference\/llm-\S+ \(budget llm\)$/),
  });
  expect(secondsBetween(begunAt, last?.finishedAt ?? begunAt)).toBeGreaterThan(40 * 60 - 5);
  expect(scene.told('Interruption Handled')).toMatchObject([
    { outcome: { type: 'blocked' }, pods: [{ result: 'blocked', budgets: ['llm'] }, {}, {}] },
  ]);
  expect(scene.world.cluster.evictions).toEqual([]);
});

test.concurrent('without the queue the drain ends with its invocation, and says so', async () => {
  await using scene = await openLongScene({ onRebalance });
  scene.addPods('llm', 1, 1_750);
  scene.world.account.inject({ operation: 'SendMessage', code: 'AccessDenied', times: 99 });
  const begunAt = scene.clock.now();
  const [only] = await scene.deliver(rebalance);
  expect(only?.outcome.type).toBe('still-terminating');
  const seconds = secondsBetween(begunAt, only?.finishedAt ?? begunAt);
  expect(seconds).toBeGreaterThan(14 * 60);
  expect(seconds).toBeLessThan(15 * 60);
  expect(only?.moments.filter(({ type }) => type === 'unwatched')).toMatchObject([
    { text: expect.stringContaining('AccessDenied') },
  ]);
  expect(scene.told('Interruption Handled')).toHaveLength(1);
});

test.concurrent('every word for a successor delivered twice: still one run at a time, told as one', async () => {
  await using scene = await openLongScene({ onRebalance }, { lambdaMinutes: 4, speed: 60 });
  scene.addPods('llm', 2, 500);
  const { continuations } = scene.deps;
  const twice: typeof continuations = {
    leave: async (continuation) => {
      await continuations.leave(continuation);
      return continuations.leave(continuation);
    },
  };
  await scene.deliver(rebalance, { ...scene.deps, continuations: twice });
  const reports = await scene.later({ ...scene.depsOf('later'), continuations: twice });
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['continued', 'emptied']);
  expect(scene.told('Interruption Handled')).toHaveLength(1);
  expect(scene.world.cluster.evictions).toHaveLength(2);
});

test.concurrent('a hard signal between two runs takes the node over at once; the soft drain does not come back', async () => {
  await using scene = await openLongScene({ onRebalance }, { lambdaMinutes: 4, speed: 60 });
  scene.addPods('llm', 1, 600);
  await scene.deliver(rebalance);
  const [hard] = await scene.deliver('spot-interruption-terminate', scene.depsOf('hard'));
  expect(hard?.moments.find(({ type }) => type === 'claimed')).toMatchObject({
    text: expect.stringContaining('superseding rebalance-recommendation'),
  });
  expect(hard?.drain?.pods.map(({ decision }) => decision)).toContain('await');
  expect(await scene.later()).toEqual([]);
  expect(scene.told('Interruption Handled')).toMatchObject([
    { kind: rebalance, outcome: { type: 'superseded' } },
    { kind: 'spot-interruption' },
  ]);
});

test.concurrent('a hard signal in the middle of a run stops it within a heartbeat', async () => {
  await using scene = await openLongScene({ onRebalance }, { lambdaMinutes: 4, speed: 60 });
  scene.addPods('llm', 1, 600);
  const soft = scene.deliver(rebalance);
  await scene.clock.sleep(60_000);
  const [hard] = await scene.deliver('spot-interruption-terminate', scene.depsOf('hard'));
  expect(hard?.outcome.type).not.toBe('joined');
  expect((await soft)[0]?.outcome.type).toBe('interrupted');
  expect(await scene.later()).toEqual([]);
  expect(scene.told('Interruption Handled')).toMatchObject([
    { kind: rebalance, outcome: { type: 'superseded' } },
    { kind: 'spot-interruption' },
  ]);
});

test.concurrent('a terminate hook is kept waiting over several invocations, and answered once', async () => {
  await using scene = await openLongScene({}, { lambdaMinutes: 4, speed: 100 });
  scene.addPods('llm', 2, 500);
  scene.world.account.addLifecycleAction({
    group: 'eks-gpu-fake',
    hook: 'spot-responder',
    instanceId: doomed,
    token: '11111111-2222-4333-8444-555555555555',
    timeoutSeconds: 300,
  });
  const [first] = await scene.deliver('terminate-hook');
  expect(first?.outcome.type).toBe('continued');
  expect(scene.world.account.lifecycleActions[0]?.result).toBeUndefined();
  const last = (await scene.later()).at(-1);
  expect(last?.outcome.type).toBe('emptied');
  expect(scene.world.account.lifecycleActions[0]).toMatchObject({ result: 'CONTINUE', timedOut: false });
  const answers = scene.world.account.calls.filter(
    ({ operation }) => operation === 'CompleteLifecycleAction',
  );
  expect(answers).toHaveLength(1);
});
