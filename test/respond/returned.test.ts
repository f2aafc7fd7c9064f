import { expect, test } from 'vitest';
import { secondsBetween } from '../../functions/clock.ts';
import { uncordonNode } from '../../functions/drain/cordon.ts';
import { defaultChoices } from '../../functions/respond/policy.ts';
import { leadFor, openLongScene } from './long-scene.ts';
import { doomed, openScene, type Scene } from './scene.ts';

const RUNNING = 'instance-state-change-running';

function specOf({ node, world }: Scene): string {
  const found = world.cluster.nodes().find(({ metadata }) => metadata.name === node);
  return JSON.stringify({ spec: found?.spec, labels: found?.metadata.labels });
}

test.concurrent.each(['spot-interruption-stop', 'spot-interruption-hibernate', 'terminate-hook-warm-pool'])(
  'after %s an instance that runs again gets its node back as it was',
  async (sample) => {
    await using scene = await openScene();
    const before = specOf(scene);
    await scene.send(sample);
    expect(specOf(scene)).not.toBe(before);
    const [back] = await scene.send(RUNNING);
    expect(back?.outcome.type).toBe('uncordoned');
    expect(back?.response?.reason).toBe('the instance is back');
    expect(specOf(scene)).toBe(before);
    const writes = scene.writes().length;
    expect(await scene.send(RUNNING)).toEqual([]);
    expect(scene.writes()).toHaveLength(writes);
  },
);

test.concurrent('out of a warm pool that kept it running, an instance gets its node back as it was', async () => {
  await using scene = await openScene();
  const before = specOf(scene);
  await scene.send('terminate-hook-warm-pool');
  const [back] = await scene.send('warm-pool-launch');
  expect(back?.outcome.type).toBe('uncordoned');
  expect(specOf(scene)).toBe(before);
  expect(await scene.send('warm-pool-launch')).toEqual([]);
});

test.concurrent('with a new root volume it gets its node back a quarter of an hour after the hook was answered', async () => {
  await using scene = await openLongScene({});
  await scene.deliver('terminate-hook-root-volume');
  const [back] = await scene.later();
  expect(back).toMatchObject({
    outcome: { type: 'uncordoned' },
    response: { reason: 'the instance is back' },
  });
  const [answered, freed] = (['hook', 'uncordoned'] as const).map((sought) =>
    scene.moments.findLast(({ type }) => type === sought),
  );
  if (!answered || !freed) throw new Error('the hook was not answered, or the node not freed');
  expect(secondsBetween(answered.at, freed.at)).toBeGreaterThan(14 * 60);
  expect(await scene.later()).toEqual([]);
});

test.concurrent('what is only told of in between is no reason to keep the cordon', async () => {
  await using scene = await openLongScene({});
  await scene.deliver('terminate-hook-warm-pool');
  await scene.clock.sleep(11 * 60_000);
  const [told] = await scene.deliver('health-scheduled-change');
  expect(told?.outcome.type).toBe('told');
  const [back] = await scene.deliver('warm-pool-launch');
  expect(back?.outcome.type).toBe('uncordoned');
  expect(await scene.deliver('warm-pool-launch')).toEqual([]);
});

test.concurrent('nor is what is put off, which is heard of again when its time comes', async () => {
  await using scene = await openLongScene({
    onScheduledChange: 'cordon',
    scheduledChangeLeadMinutes: leadFor(40),
  });
  await scene.deliver('terminate-hook-warm-pool');
  await scene.clock.sleep(11 * 60_000);
  const [noticed] = await scene.deliver('health-scheduled-change');
  expect(noticed?.outcome).toMatchObject({ type: 'continued', reason: expect.stringMatching(/^put off/) });
  const [back] = await scene.deliver('warm-pool-launch');
  expect(back?.outcome.type).toBe('uncordoned');
  const later = await scene.later();
  expect(later.map(({ outcome }) => outcome.type)).toEqual(['cordoned']);
});

test.concurrent('a rebalance that is told of does not keep an instance with a new root volume cordoned', async () => {
  await using scene = await openLongScene({});
  await scene.deliver('terminate-hook-root-volume');
  await scene.clock.sleep(11 * 60_000);
  await scene.deliver('rebalance-recommendation');
  expect((await scene.later()).map(({ outcome }) => outcome.type)).toEqual(['uncordoned']);
});

test.concurrent('an interruption of the instance with a new root volume outranks its return', async () => {
  await using scene = await openLongScene({});
  await scene.deliver('terminate-hook-root-volume');
  await scene.clock.sleep(11 * 60_000);
  const [hard] = await scene.deliver('spot-interruption-terminate');
  expect(hard?.outcome.type).toBe('emptied');
  expect(await scene.later()).toEqual([]);
  const [doomedNode] = scene.world.cluster.nodes().filter(({ metadata }) => metadata.name === scene.node);
  expect(doomedNode?.spec.unschedulable).toBe(true);
});

test.concurrent('what others have done to the node meanwhile stays', async () => {
  await using scene = await openScene();
  await scene.send('spot-interruption-stop');
  const cluster = await scene.deps.connect('demo');
  const taint = { key: 'maintenance', value: 'disk', effect: 'NoSchedule' };
  await cluster.patchNode(scene.node, [{ op: 'add', path: '/spec/taints/-', value: taint }], {
    dryRun: false,
  });
  await scene.send(RUNNING);
  const node = await cluster.getNode(scene.node);
  expect(node?.taints.map(({ key }) => key)).toEqual(expect.arrayContaining(['maintenance']));
  expect(node?.taints.map(({ key }) => key)).not.toContain('spot-responder/interruption');
  expect(node?.unschedulable).toBe(false);
});

test.concurrent('a launch is none of our business: one look into the table', async () => {
  await using scene = await openScene();
  expect(await scene.send(RUNNING)).toEqual([]);
  expect(scene.world.cluster.requests).toEqual([]);
  expect(await scene.deps.incidents.get(doomed)).toBeUndefined();
});

test.concurrent('word of the launch that comes after the interruption undoes nothing', async () => {
  await using scene = await openScene();
  await scene.send();
  const after = specOf(scene);
  expect(await scene.send(RUNNING, {}, 3_600)).toEqual([]);
  expect(specOf(scene)).toBe(after);
});

test.concurrent('a cordon that is not there any more is not said to be taken back', async () => {
  await using scene = await openScene();
  const choices = {
    ...defaultChoices,
    onScheduledChange: 'cordon' as const,
    scheduledChangeLeadMinutes: 40_320,
  };
  await scene.send('health-scheduled-change', { choices });
  const cluster = await scene.deps.connect('demo');
  const node = await cluster.getNode(scene.node);
  if (node) await uncordonNode({ cluster, clock: scene.clock, random: Math.random }, node, false);
  const [cancelled] = await scene.send('health-cancelled', { choices });
  expect(cancelled?.outcome).toEqual({
    type: 'told',
    reason: `the notice was cancelled; node ${scene.node} has no cordon of ours`,
  });
});
