import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incidentEvents } from './arbitrary-events.ts';
import { conversationsOf, eventsOf } from './conversations.ts';
import { asEvent, openScene } from './scene.ts';

const [receipt, progress] = eventsOf('draining');
const [, end] = eventsOf('emptied');

test('a finished message does not go back, whatever comes late or again', async () => {
  await using scene = await openScene();
  await scene.deliver([end]);
  const before = await conversationsOf(scene);
  await scene.deliver([receipt, progress, end, receipt]);
  expect(await conversationsOf(scene)).toEqual(before);
});

test('two environments at once make one conversation', async () => {
  await using scene = await openScene();
  const second = scene.another();
  await Promise.all([
    scene.deliver([receipt, end]),
    second.deliver([receipt, progress]),
    second.deliver([end]),
  ]);
  const threads = await scene.slack.read(scene.slack.channel);
  expect(threads).toHaveLength(1);
  expect(threads[0]?.text).toContain('Emptied with 17 s to spare');
});

test('duplicate and shuffled deliveries by several environments end in the identical conversation', async () => {
  const stories = fc.tuple(incidentEvents(1), incidentEvents(2)).map((events) => events.flat().map(asEvent));
  const deliveries = stories.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(deliveries, async ([events, shuffled, sizes]) => {
      await using once = await openScene({ speed: 60, limited: false });
      await once.deliver(events);
      await using again = await openScene({ speed: 60, limited: false });
      const environments = [again, again.another(), again.another()];
      const batches = cut(shuffled, sizes).map((batch, at) => environments[at % 3]?.deliver(batch));
      expect((await Promise.all(batches)).flat()).toEqual([]);
      expect(await conversationsOf(again)).toEqual(await conversationsOf(once));
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 120_000);

function cut<Item>(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const [size = 5, ...others] = sizes;
  return items.length === 0 ? [] : [items.slice(0, size), ...cut(items.slice(size), others)];
}
