import { expect, test } from 'vitest';
import type { Fault } from '../../simulator/cluster/faults.ts';
import { recordingLog } from '../support/recording-log.ts';
import { openScene, type Scene } from './scene.ts';

/** From now on, for so many seconds. */
function refuse({ clock, world }: Scene, resource: string, fault: Fault, seconds: number) {
  const until = clock.now().getTime() + seconds * 1000;
  world.cluster.inject({
    match: (request) =>
      request.verb === 'list' && request.resource === resource && request.at.getTime() < until,
    fault,
  });
}

test.concurrent.each<[string, Fault]>([
  ['429', { type: 'too-many-requests', retryAfterSeconds: 1 }],
  ['500', { type: 'server-error' }],
  ['a reset', { type: 'reset' }],
])('pods that cannot be listed for 8 s (%s) are listed when they can be, told once', async (_, fault) => {
  await using scene = await openScene();
  refuse(scene, 'pods', fault, 8);
  const { log, lines } = recordingLog();
  const [report] = await scene.send('spot-interruption-terminate', { log });
  expect(report?.outcome.type).toBe('emptied');
  expect(report?.moments.filter(({ type }) => type === 'retrying')).toHaveLength(1);
  expect(lines.filter((line) => line.includes('trying again'))).toHaveLength(1);
});

test.concurrent('budgets that cannot be read hold up no eviction', async () => {
  await using scene = await openScene();
  refuse(scene, 'poddisruptionbudgets', { type: 'server-error' }, Number.POSITIVE_INFINITY);
  const [report] = await scene.send();
  expect(report?.outcome.type).toBe('emptied');
  const cordoned = report?.moments.find(({ type }) => type === 'cordoned')?.at.getTime() ?? 0;
  expect((report?.drain?.firstEvictionAt?.getTime() ?? Infinity) - cordoned).toBeLessThan(6_000);
});

test.concurrent('nothing is asked any more once the story has ended', async () => {
  await using scene = await openScene();
  refuse(scene, 'poddisruptionbudgets', { type: 'server-error' }, Number.POSITIVE_INFINITY);
  await scene.send();
  const { length } = scene.world.cluster.requests;
  await scene.clock.sleep(30_000);
  expect(scene.world.cluster.requests).toHaveLength(length);
});
