import { expect, test } from 'vitest';
import { revisionOf } from '../../functions/announce/revision.ts';
import { eventsOf } from './conversations.ts';
import { openScene } from './scene.ts';

const [receipt, progress] = eventsOf('draining');
const [, emptied] = eventsOf('emptied');

/** The same event, told by a run of this fence; 0 where the table could not be asked. */
function byRun(event: unknown, fence: number, part: object = {}): unknown {
  const { detail, ...envelope } = Object(event);
  return { ...envelope, detail: { ...detail, ...part, revision: revisionOf({ fence }, 3) } };
}

const failed = (fence: number) =>
  byRun(emptied, fence, {
    outcome: { type: 'failed', reason: 'EC2 did not answer' },
    pods: [],
    cluster: undefined,
    node: undefined,
  });

test.each([
  ['its receipt', [byRun(receipt, 1)]],
  ['its progress', [byRun(receipt, 1), byRun(progress, 1)]],
  ['its failure', [failed(1)]],
  ['the failure of a second run', [byRun(receipt, 1), failed(2)]],
])(
  'the end that a run reached without a lease is told, though one with a lease left no more than %s',
  async (_, told) => {
    await using scene = await openScene();
    await scene.deliver([...told, byRun(emptied, 0)]);
    const [message] = await scene.slack.read(scene.slack.channel);
    expect(message?.text).toContain('Emptied with 17 s to spare');
  },
);

test('a run with a lease that ended having acted has the last word', async () => {
  await using scene = await openScene();
  const blocked = byRun(emptied, 1, { outcome: { type: 'blocked', reason: 'budget' }, pods: [] });
  await scene.deliver([blocked, byRun(emptied, 0)]);
  const [message] = await scene.slack.read(scene.slack.channel);
  expect(message?.text).not.toContain('Emptied');
});

test('a storm is in the cluster that any event of its first node names', async () => {
  await using scene = await openScene();
  const second = {
    incident: 'i-0aaaaaaaaaaaaaaa2/spot-interruption/1795168805',
    instanceId: 'i-0aaaaaaaaaaaaaaa2',
  };
  await scene.deliver([byRun(receipt, 1), failed(2), byRun(emptied, 1, second)]);
  const texts = (await scene.slack.read(scene.slack.channel)).map(({ text }) => text);
  expect(texts.join('\n')).toContain('2 nodes interrupted in ml-prod');
});
