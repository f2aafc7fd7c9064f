import { expect, test } from 'vitest';
import { z } from 'zod';
import { openRecorder } from '../../functions/recorder/recorder.ts';
import { recordingLog } from '../support/recording-log.ts';
import { openScene, type Scene } from './scene.ts';

const stored = z.array(
  z.object({
    involvedObject: z.object({ kind: z.string() }),
    type: z.string(),
    reason: z.string(),
    message: z.string(),
  }),
);

function told({ world }: Scene) {
  return stored.parse(world.cluster.events()).map(({ involvedObject: { kind }, reason, type, message }) => {
    return { about: kind, type, reason, message };
  });
}

test.concurrent('node and moved pods tell what happened to them, once each', async () => {
  await using scene = await openScene();
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('emptied');
  const events = told(scene);
  expect(events.filter(({ about }) => about === 'Node').toSorted(byReason)).toEqual([
    { about: 'Node', type: 'Normal', reason: 'Cordoned', message: 'Takes no new pods: spot-interruption' },
    {
      about: 'Node',
      type: 'Normal',
      reason: 'InterruptionHandled',
      message: 'spot-interruption ended as emptied (pods: 3 evicted, 2 skipped)',
    },
    {
      about: 'Node',
      type: 'Warning',
      reason: 'InterruptionReceived',
      message: expect.stringMatching(/^spot-interruption \(terminate\), gone by 20/),
    },
  ]);
  const ofPods = events.filter(({ about }) => about === 'Pod');
  expect(ofPods.map(({ reason }) => reason)).toEqual(['Evicted', 'Evicted', 'Evicted']);
  expect(ofPods[0]?.message).toContain(`Evicted from node ${scene.node}: spot-interruption`);
});

function byReason(one: { readonly reason: string }, other: { readonly reason: string }): number {
  return one.reason < other.reason ? -1 : 1;
}

test.concurrent('no Event is sent before the evictions were answered', async () => {
  await using scene = await openScene();
  await scene.send();
  const writes = scene.writes();
  expect(writes.indexOf('create events')).toBeGreaterThan(writes.lastIndexOf('create pods/eviction'));
});

test.concurrent('a pod names the budget that holds it, and that it was deleted past it', async () => {
  await using scene = await openScene();
  const selector = { matchLabels: { app: 'llm' } };
  scene.world.cluster.addBudget({ namespace: 'inference', name: 'llm', maxUnavailable: 0, selector });
  await scene.send();
  const reasons = told(scene).filter(({ about }) => about === 'Pod');
  expect(reasons.filter(({ reason }) => reason === 'EvictionBlocked')).toHaveLength(3);
  expect(reasons.find(({ reason }) => reason === 'EvictionBlocked')?.message).toContain('budget llm');
  expect(reasons.filter(({ reason }) => reason === 'DeletedPastBudget')).toHaveLength(3);
  expect(reasons.filter(({ reason }) => reason === 'Evicted')).toEqual([]);
});

test.concurrent('the same notice again tells nothing again', async () => {
  await using scene = await openScene();
  await scene.send();
  const before = scene.world.cluster.events().length;
  await scene.send();
  expect(scene.world.cluster.events()).toHaveLength(before);
});

test.concurrent('a server that takes no Events is left alone, and the drain is what it was', async () => {
  await using scene = await openScene();
  scene.world.cluster.inject({
    match: { verb: 'create', resource: 'events' },
    fault: { type: 'too-many-requests', retryAfterSeconds: 1 },
  });
  const { log, lines } = recordingLog();
  const { clock, connect } = scene.deps;
  const [report] = await scene.send(undefined, { recorder: openRecorder({ connect, clock, log }) });
  expect(report?.outcome.type).toBe('emptied');
  const asked = scene.world.cluster.requests.filter(({ resource }) => resource === 'events');
  expect(asked.length).toBeLessThanOrEqual(4);
  expect(lines).toEqual([expect.stringContaining('Kubernetes Events are left out for a while')]);
});
