import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openTurnstile } from '../../functions/drain/turnstile.ts';

const never = new AbortController().signal;

/** Work that ends when told to. */
function work() {
  const ended = Promise.withResolvers<void>();
  const state = { begun: false, end: ended.resolve };
  const run = async () => {
    state.begun = true;
    await ended.promise;
  };
  return { run, state };
}

test('so many pass at once, in the order they came', async () => {
  const turnstile = openTurnstile(2);
  const works = [work(), work(), work(), work()];
  const passed = works.map(({ run }) => turnstile.pass(run, never));
  const begun = () => works.map(({ state }) => state.begun);
  await nextTurn();
  expect(begun()).toEqual([true, true, false, false]);
  works[1]?.state.end();
  await nextTurn();
  expect(begun()).toEqual([true, true, true, false]);
  for (const { state } of works) state.end();
  await Promise.all(passed);
});

test('work that fails lets the next one in', async () => {
  const turnstile = openTurnstile(1);
  const failed = turnstile.pass(() => Promise.reject(new Error('no answer')), never);
  const next = turnstile.pass(async () => 'done', never);
  await expect(failed).rejects.toThrow('no answer');
  expect(await next).toBe('done');
});

test('who gives up in the line takes no place with it, not even when called that moment', async () => {
  const turnstile = openTurnstile(1);
  const first = work();
  const inside = turnstile.pass(first.run, never);
  const impatient = new AbortController();
  const left = turnstile.pass(async () => 'never', impatient.signal);
  const next = turnstile.pass(async () => 'done', never);
  impatient.abort(new Error('the drain is over'));
  first.state.end();
  await inside;
  await expect(left).rejects.toThrow('the drain is over');
  expect(await next).toBe('done');
});
