import { expect, test } from 'vitest';
import { addressOf } from '../../cli/replay/embedded-deps.ts';
import { startSlackReplay } from '../../cli/replay/slack.ts';
import { secondsBetween } from '../../functions/clock.ts';
import type { SlackFault } from '../../simulator/slack/faults.ts';
import { openScene, type Scene } from '../respond/scene.ts';

/** What a drain did, apart from when. */
async function drain(scene: Scene) {
  const [report] = await scene.send();
  const { drain, interruption, outcome } = report ?? {};
  const pods = drain?.pods.map(({ name, outcome }) => [name.split('-')[0], outcome.result]);
  const spare =
    drain?.emptiedAt && interruption?.deadline
      ? secondsBetween(drain.emptiedAt, interruption.deadline)
      : Number.NaN;
  return { done: { outcome, pods, writes: scene.writes().toSorted() }, spare };
}

async function drainAlone() {
  await using scene = await openScene(20);
  return await drain(scene);
}

/** The notifier works beside it, on the same machine even. */
async function drainBeside(fault: SlackFault | undefined) {
  await using scene = await openScene(20);
  const { account, clock } = scene.world;
  const world = { account, clock, address: addressOf(scene.world) };
  await using replay = await startSlackReplay(world, undefined, { timeoutMilliseconds: 300 });
  if (fault) replay.slack?.inject({ method: '*', fault, times: 1_000 });
  const drained = await drain(scene);
  const stopped = new AbortController();
  if (!fault) await replay.finish(stopped.signal);
  return { ...drained, answers: (replay.slack?.calls ?? []).map(({ answer }) => answer) };
}

test.concurrent('a drain is the same when Slack shows it and when nobody listens', async () => {
  const alone = await drainAlone();
  const told = await drainBeside(undefined);
  expect(alone.done.outcome).toEqual({ type: 'emptied' });
  expect(told.done).toEqual(alone.done);
  expect(told.answers).toContain('ok');
}, 60_000);

test.concurrent.each([
  ['refuses', { type: 'error', code: 'invalid_auth' }],
  ['is down', { type: 'status', status: 503 }],
  ['breaks the connection', { type: 'reset' }],
  ['never answers', { type: 'answer-lost' }],
  ['asks to wait', { type: 'limited', seconds: 30 }],
] as const)(
  'a drain is the same when Slack %s',
  async (_, fault) => {
    const alone = await drainAlone();
    const harmed = await drainBeside(fault);
    expect(harmed.done).toEqual(alone.done);
    expect(harmed.spare).toBeGreaterThan(60);
    expect(harmed.answers.length).toBeGreaterThan(0);
    expect(harmed.answers).not.toContain('ok');
  },
  60_000,
);
