import { expect, test } from 'vitest';
import { runStorm } from '../../bench/slack/run.ts';

/** The measured storm has 200; see `npm run bench:slack`. */
const STORM = { interruptions: 60, clusters: 1, seconds: 20, speed: 8, environments: 2, random: seeded() };

test('a storm by bot is one or two conversations, inside the limits, and loses no outcome', async () => {
  const figures = await runStorm({ ...STORM, by: 'bot' });
  expect(figures).toMatchObject({
    interruptions: 60,
    droppedOutcomes: 0,
    deadLetters: 0,
    refused: 0,
  });
  expect(figures.parents).toBeLessThanOrEqual(2);
  expect(figures.posts).toBeLessThanOrEqual(10);
  // Two processes may meet at one limit; what Slack asks to wait for is then waited for.
  expect(figures.limited).toBeLessThanOrEqual(3);
}, 90_000);

test('a storm by webhook is a handful of messages and loses no outcome', async () => {
  const figures = await runStorm({ ...STORM, by: 'webhook' });
  expect(figures).toMatchObject({ droppedOutcomes: 0, deadLetters: 0, refused: 0 });
  expect(figures.posts).toBeLessThanOrEqual(20);
}, 90_000);

/** The same storm each time. */
function seeded(): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
