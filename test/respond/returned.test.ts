import { expect, test } from 'vitest';
import { uncordonNode } from '../../functions/drain/cordon.ts';
import { defaultChoices } from '../../functions/respond/policy.ts';
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
    expect(back?.response?.reason).toBe('the instance runs again');
    expect(specOf(scene)).toBe(before);
    const writes = scene.writes().length;
    expect(await scene.send(RUNNING)).toEqual([]);
    expect(scene.writes()).toHaveLength(writes);
  },
);

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
