import { expect, test } from 'vitest';
import { addressOf } from '../../cli/replay/embedded-deps.ts';
import { startSlackReplay } from '../../cli/replay/slack.ts';
import { openScene } from '../respond/scene.ts';

test('from EC2 that refuses to Slack: one message with the reason, replaced by the end of the next delivery', async () => {
  await using scene = await openScene(20);
  const { account, clock } = scene.world;
  await using replay = await startSlackReplay({ account, clock, address: addressOf(scene.world) }, undefined);
  const shown = async () => {
    await replay.finish(new AbortController().signal);
    return (await replay.slack?.read(replay.slack.channel)) ?? [];
  };
  const denied = { operation: 'DescribeInstances', code: 'UnauthorizedOperation' };
  account.inject({ ...denied, times: 2 });
  for (const _ of [1, 2]) {
    const [report] = await scene.send();
    expect(report?.outcome).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('UnauthorizedOperation'),
    });
  }
  const [failed, ...others] = await shown();
  expect(others).toEqual([]);
  expect(failed?.text).toContain('The response failed');
  expect(JSON.stringify(failed?.blocks)).toContain('UnauthorizedOperation');
  const [report] = await scene.send();
  expect(report?.outcome).toEqual({ type: 'emptied' });
  const texts = (await shown()).map(({ text }) => text);
  expect(texts.join('\n')).not.toContain('The response failed');
  expect(texts.join('\n')).toContain('Emptied');
}, 60_000);
