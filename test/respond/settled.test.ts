import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addressOf, depsForWorld } from '../../cli/replay/embedded-deps.ts';
import { addGpuNode } from '../../cli/replay/world.ts';
import { secondsBetween } from '../../functions/clock.ts';
import { encodeContinuation } from '../../functions/continuation/continuation.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { anInterruption, instanceId } from '../support/interruptions.ts';
import { doomed, openScene } from './scene.ts';

const sample = JSON.parse(
  readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);

test('a second look takes a dead run over in time, though another record of its batch leads long drains', async () => {
  await using scene = await openScene(20);
  const other = instanceId('i-0bbbbbbbbbbbbbbb2');
  addGpuNode(scene.world, other, 3);
  scene.world.cluster.addWorkload({
    kind: 'Deployment',
    namespace: 'inference',
    name: 'slow',
    nodes: [scene.node],
    graceSeconds: 110,
    stopsAfterSeconds: 95,
    labels: { app: 'slow' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
  });
  const noticedAt = scene.clock.now();
  const eventOf = (id: typeof doomed) => retimeEvent(aimEvent(sample, id), noticedAt);
  const signal = parseSignal(eventOf(other), { region: 'us-east-2' });
  const [notice] = signal.type === 'interruptions' ? signal.interruptions : [];
  if (!notice) throw new Error('the sample names no instance');
  await depsForWorld(addressOf(scene.world), scene.clock, 'dead').incidents.claim(notice);
  const Records = [doomed, other].map((id) => ({
    messageId: id,
    body: JSON.stringify(eventOf(id)),
    eventSource: 'aws:sqs',
  }));
  const { reports } = await handleDelivery({ Records }, scene.deps);
  const report = reports.find(({ interruption }) => interruption.instanceId === other);
  const takenOver = report?.moments.find(({ type }) => type === 'takeover');
  expect(takenOver && secondsBetween(noticedAt, takenOver.at)).toBeLessThan(40);
});

test('a delivery that only takes up what was left waits for the drains that it adopts too', async () => {
  await using scene = await openScene();
  let waits = 0;
  const leader: typeof scene.deps.leader = {
    enter: (cluster, takeOver) => scene.deps.leader.enter(cluster, takeOver),
    settled: async () => {
      waits += 1;
      return scene.deps.leader.settled();
    },
  };
  const now = scene.clock.now();
  const deadline = new Date(now.getTime() + 120_000);
  const interruption = anInterruption({ instanceId: doomed, noticedAt: now, deadline });
  const body = encodeContinuation({ dueAt: now, interruption });
  const Records = [{ messageId: 'm', body, eventSource: 'aws:sqs' }];
  await handleDelivery({ Records }, { ...scene.deps, leader });
  expect(waits).toBe(1);
});
