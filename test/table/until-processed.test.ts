import { expect, test } from 'vitest';
import { untilProcessed } from '../../functions/table/until-processed.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A table that processes so many of a batch's keys each time it is asked. */
async function send(count: number, takes: (round: number) => number) {
  const clock = new FakeClock();
  let rounds = 0;
  const sent: number[] = [];
  const done = untilProcessed<Record<string, { readonly Keys: readonly string[] }>>(
    { clock, random: () => 0.5 },
    { table: { Keys: Array.from({ length: count }, (_, at) => `key-${at}`) } },
    async ({ table }) => {
      const { Keys } = table ?? { Keys: [] };
      sent.push(Keys.length);
      const left = Keys.slice(takes(rounds++));
      return left.length > 0 ? { table: { Keys: left } } : {};
    },
  );
  let isOver = false;
  const result = done.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(100);
  return { isWhole: await result, sent };
}

test('what is left is sent again, as long as it grows smaller', async () => {
  const { isWhole, sent } = await send(40, () => 4);
  expect(isWhole).toBe(true);
  expect(sent).toEqual([40, 36, 32, 28, 24, 20, 16, 12, 8, 4]);
});

test('six rounds in a row that take nothing are the end', async () => {
  const { isWhole, sent } = await send(40, (round) => (round === 0 ? 10 : 0));
  expect(isWhole).toBe(false);
  expect(sent).toEqual([40, 30, 30, 30, 30, 30, 30]);
});

test('a round that takes something begins the count anew', async () => {
  const { isWhole, sent } = await send(3, (round) => (round % 6 === 5 ? 1 : 0));
  expect(isWhole).toBe(true);
  expect(sent).toHaveLength(18);
});
