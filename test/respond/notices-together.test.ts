import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { invocationTime } from '../../cli/replay/lambda.ts';
import { secondsBetween } from '../../functions/clock.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { type LongScene, openLongScene } from './long-scene.ts';
import { doomed } from './scene.ts';

/** Notices of one instance that meet: none may hide what the other said. */

const TOKEN = '11111111-2222-4333-8444-555555555555';
const OTHER_TOKEN = '21111111-2222-4333-8444-555555555555';

function readSample(name: string) {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}

function addHook({ world }: LongScene, hook = 'spot-responder', token = TOKEN): void {
  const group = 'eks-gpu-fake';
  world.account.addLifecycleAction({ group, hook, instanceId: doomed, token, timeoutSeconds: 3_600 });
}

/** Minutes ahead of the sample's change that end so many minutes after its notice. */
function leadUntil(minutes: number): number {
  const signal = parseSignal(readSample('health-scheduled-change'), { region: 'us-east-2' });
  const [first] = signal.type === 'interruptions' ? signal.interruptions : [];
  if (!first?.deadline) throw new Error('the sample has no date');
  return Math.round(secondsBetween(first.noticedAt, first.deadline) / 60) - minutes;
}

test('a spot warning in the middle of a hook’s drain, which has hours: what is blocked is deleted before the instance goes', async () => {
  await using scene = await openLongScene({}, { speed: 30 });
  scene.addPods('llm', 2, 20);
  scene.lock('llm');
  addHook(scene);
  const hooked = scene.deliver('terminate-hook');
  await scene.clock.sleep(30_000);
  const [spot] = await scene.deliver('spot-interruption-terminate', scene.depsOf('spot'));
  expect(spot?.outcome).toEqual({ type: 'emptied' });
  expect(spot?.interruption.deadline?.getTime()).toBeGreaterThan(spot?.finishedAt.getTime() ?? 0);
  expect((await hooked)[0]?.outcome.type).toBe('interrupted');
});

test('the second of two hooks of a group is answered when the first one’s drain is over', async () => {
  await using scene = await openLongScene({}, { speed: 60 });
  scene.addPods('llm', 2, 400);
  addHook(scene);
  addHook(scene, 'other', OTHER_TOKEN);
  const sample = readSample('terminate-hook');
  const begun = scene.clock.now();
  const eventOf = (at: number) => ({
    ...sample,
    time: new Date(begun.getTime() + at * 1_000).toISOString(),
    detail: {
      ...sample.detail,
      EC2InstanceId: doomed,
      LifecycleHookName: at === 0 ? 'spot-responder' : 'other',
      LifecycleActionToken: at === 0 ? TOKEN : OTHER_TOKEN,
    },
  });
  const deliver = (delivery: unknown, owner: string) =>
    handleDelivery(delivery, { ...scene.depsOf(owner), timeLeftMs: invocationTime(scene.clock) });
  const secondLook = (at: number) => {
    const body = JSON.stringify(eventOf(at));
    return deliver({ Records: [{ messageId: `m-${at}`, body, eventSource: 'aws:sqs' }] }, `second-${at}`);
  };
  const first = deliver(eventOf(0), 'first');
  await scene.clock.sleep(1_000);
  await deliver(eventOf(1), 'joins');
  await scene.clock.sleep(20_000);
  await Promise.all([first, secondLook(0), secondLook(1)]);
  await scene.later();
  expect(scene.world.account.lifecycleActions.map(({ result }) => result)).toEqual(['CONTINUE', 'CONTINUE']);
});

test('a scheduled change that comes in the middle of a rebalance’s drain is told afterwards', async () => {
  await using scene = await openLongScene(
    { onRebalance: 'drain', onScheduledChange: 'drain' },
    { speed: 60 },
  );
  scene.addPods('llm', 2, 400);
  const soft = scene.deliver('rebalance-recommendation');
  await scene.clock.sleep(10_000);
  await scene.deliver('health-scheduled-change', scene.depsOf('health'));
  await scene.secondLook();
  await soft;
  const enough = new AbortController();
  const later = scene.later(scene.depsOf('later'), enough.signal);
  const kinds = () => scene.told('Interruption Received').map(({ kind }) => kind);
  while (!kinds().includes('scheduled-change')) await scene.clock.sleep(5_000);
  enough.abort();
  await later.catch(() => undefined);
});

test('a change that was put off is drained for in time, though a rebalance was told of meanwhile', async () => {
  await using scene = await openLongScene({
    onScheduledChange: 'drain',
    scheduledChangeLeadMinutes: leadUntil(40),
  });
  scene.addPods('llm', 2, 20);
  await scene.deliver('health-scheduled-change');
  await scene.deliver('rebalance-recommendation');
  const reports = await scene.later();
  expect(reports.map(({ outcome }) => outcome.type)).toContain('emptied');
  const ends = scene.told('Interruption Handled').map(({ outcome }) => Object(outcome).type);
  expect(ends).not.toContain('superseded');
});

test('a change that was put off is drained for in time, though an earlier rebalance’s cordon was taken back meanwhile', async () => {
  await using scene = await openLongScene({
    onRebalance: 'cordon',
    rebalanceCordonMinutes: 20,
    onScheduledChange: 'drain',
    scheduledChangeLeadMinutes: leadUntil(60),
  });
  scene.addPods('llm', 2, 20);
  await scene.deliver('rebalance-recommendation');
  await scene.deliver('health-scheduled-change');
  const reports = await scene.later();
  expect(reports.map(({ outcome }) => outcome.type)).toContain('emptied');
});

test('a put-off drain whose first try fails is tried again when its word comes again', async () => {
  await using scene = await openLongScene({
    onScheduledChange: 'drain',
    scheduledChangeLeadMinutes: leadUntil(30),
  });
  scene.addPods('llm', 2, 20);
  await scene.deliver('health-scheduled-change');
  const deps = scene.depsOf('later');
  let asked = 0;
  const connect: typeof deps.connect = async (name) => {
    asked += 1;
    if (asked === 1) throw new Error('eks:DescribeCluster failed: Rate exceeded');
    return deps.connect(name);
  };
  const reports = await scene.later({ ...deps, connect });
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['failed', 'emptied']);
});

test('one heartbeat that fails when a hook’s drain is gone on with does not end it', async () => {
  await using scene = await openLongScene({}, { lambdaMinutes: 8, speed: 100 });
  scene.addPods('llm', 2, 900);
  const action = { group: 'eks-gpu-fake', hook: 'spot-responder', instanceId: doomed, token: TOKEN };
  scene.world.account.addLifecycleAction({ ...action, timeoutSeconds: 300 });
  await scene.deliver('terminate-hook');
  const deps = scene.depsOf('later');
  let beats = 0;
  const hooks: typeof deps.hooks = {
    describe: (hook) => deps.hooks.describe(hook),
    complete: (hook, id, result) => deps.hooks.complete(hook, id, result),
    heartbeat: async (hook, id) => {
      beats += 1;
      return beats === 1 ? { type: 'failed', reason: 'no answer' } : deps.hooks.heartbeat(hook, id);
    },
  };
  const reports = await scene.later({ ...deps, hooks });
  expect(reports.at(-1)?.outcome.type).toBe('emptied');
});

test('the cordon of a scheduled change that is over is taken back, though its date has passed', async () => {
  await using scene = await openLongScene(
    { onScheduledChange: 'cordon', scheduledChangeLeadMinutes: 40_320 },
    { speed: 100 },
  );
  const sample = readSample('health-scheduled-change');
  const start = new Date(Math.ceil(scene.clock.now().getTime() / 1_000) * 1_000 + 120_000);
  const hear = (statusCode: string, communicationId: string) =>
    handleDelivery(
      {
        ...sample,
        time: scene.clock.now().toISOString(),
        detail: {
          ...sample.detail,
          startTime: start.toUTCString(),
          statusCode,
          communicationId,
          affectedEntities: [
            { entityValue: doomed, status: statusCode === 'closed' ? 'RESOLVED' : 'PENDING' },
          ],
        },
      },
      { ...scene.deps, timeLeftMs: invocationTime(scene.clock) },
    );
  const isCordoned = () =>
    scene.world.cluster.nodes().find(({ metadata }) => metadata.name === scene.node)?.spec.unschedulable ===
    true;
  await hear('upcoming', 'a-1');
  expect(isCordoned()).toBe(true);
  await scene.clock.sleep(1_320_000);
  const { reports } = await hear('closed', 'a-2');
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['uncordoned']);
  expect(isCordoned()).toBe(false);
});
