import { expect, test } from 'vitest';
import { secondsBetween } from '../../functions/clock.ts';
import { leadFor, openLongScene } from './long-scene.ts';
import { doomed } from './scene.ts';

const cordon = 'cordon' as const;
const drain = 'drain' as const;

test.concurrent('a scheduled change is drained the configured time before its start, and told at once', async () => {
  await using scene = await openLongScene({
    onScheduledChange: drain,
    scheduledChangeLeadMinutes: leadFor(40),
  });
  scene.addPods('llm', 2, 20);
  const began = scene.clock.now();
  const [noticed] = await scene.deliver('health-scheduled-change');
  expect(noticed?.outcome).toMatchObject({ type: 'continued', reason: expect.stringMatching(/^put off/) });
  expect(scene.world.cluster.evictions).toEqual([]);
  expect(scene.told('Interruption Received')).toHaveLength(1);
  const reports = await scene.later();
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  const cordoned = scene.moments.find(({ type }) => type === 'cordoned')?.at ?? began;
  expect(secondsBetween(began, cordoned)).toBeGreaterThan(38 * 60);
  expect(scene.told('Interruption Received')).toHaveLength(1);
  expect(scene.told('Interruption Handled')).toHaveLength(1);
});

test.concurrent('the same notice again is put off again, and drained once', async () => {
  await using scene = await openLongScene({
    onScheduledChange: drain,
    scheduledChangeLeadMinutes: leadFor(30),
  });
  scene.addPods('llm', 2, 20);
  await scene.deliver('health-scheduled-change');
  await scene.secondLook();
  const reports = await scene.later();
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied']);
  expect(scene.evictedTwice()).toBe(0);
});

test.concurrent('an interruption in between ends it: when its time comes nothing is left to do', async () => {
  await using scene = await openLongScene({
    onScheduledChange: drain,
    scheduledChangeLeadMinutes: leadFor(30),
  });
  scene.addPods('llm', 2, 20);
  await scene.deliver('health-scheduled-change');
  const [hard] = await scene.deliver('spot-interruption-terminate');
  expect(hard?.outcome.type).toBe('emptied');
  expect(await scene.later()).toEqual([]);
});

test.concurrent('a cordon for a rebalance that no interruption follows is taken back in time', async () => {
  await using scene = await openLongScene({ onRebalance: cordon, rebalanceCordonMinutes: 30 });
  const began = scene.clock.now();
  const [noticed] = await scene.deliver('rebalance-recommendation');
  expect(noticed?.outcome.type).toBe('cordoned');
  const [undone] = await scene.later();
  expect(undone?.outcome.type).toBe('uncordoned');
  expect(undone?.response?.reason).toBe('no interruption has followed');
  expect(secondsBetween(began, undone?.finishedAt ?? began)).toBeGreaterThan(29 * 60);
  const node = scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node);
  expect(node?.spec.unschedulable).toBeFalsy();
});

test.concurrent('when the interruption has followed the node stays cordoned', async () => {
  await using scene = await openLongScene({ onRebalance: cordon, rebalanceCordonMinutes: 30 });
  await scene.deliver('rebalance-recommendation');
  await scene.deliver('spot-interruption-terminate');
  expect(await scene.later()).toEqual([]);
  const node = scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node);
  expect(node?.spec.unschedulable).toBe(true);
});

test.concurrent('a queue that takes no word makes a change that cannot wait for it an error to mend', async () => {
  await using scene = await openLongScene({
    onScheduledChange: drain,
    scheduledChangeLeadMinutes: leadFor(30),
  });
  const continuations = { leave: async () => ({ type: 'failed', reason: 'no such queue' }) as const };
  const [noticed] = await scene.deliver('health-scheduled-change', { ...scene.deps, continuations });
  expect(noticed?.outcome).toEqual({ type: 'failed', reason: 'it cannot be put off: no such queue' });
  expect((await scene.deps.incidents.get(doomed))?.outcome).toBe('failed');
});
