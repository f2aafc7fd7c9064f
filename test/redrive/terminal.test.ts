import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { CHAIN_DESCRIPTIONS, describeAccessEntry } from '../../infra/outputs.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { CTRL_C, CTRL_D, type Keys, runInTerminal } from '../cli/run-in-terminal.ts';
import { asOperator, RESPONDER, region } from '../enroll/scene.ts';

let account: SimulatedAccount;
let dead: SimulatedQueue;
let events: SimulatedQueue;

beforeEach(async () => {
  account = await startSimulatedAccount({ clock: systemClock, region });
  dead = account.addQueue({ name: 'DeadLetters' });
  events = account.addQueue({ name: 'Continuations', deadLetterQueue: dead });
  account.addStack({
    name: 'SpotResponder',
    outputs: [
      { key: 'ResponderRole', value: RESPONDER, description: describeAccessEntry('spot-responder') },
      { key: 'DeadLetterQueue', value: dead.url, description: CHAIN_DESCRIPTIONS.deadLetters },
      { key: 'EventQueue', value: events.url, description: CHAIN_DESCRIPTIONS.events },
    ],
  });
});
afterEach(() => account.close());

const sample = JSON.parse(
  readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8'),
);
/** Each a second younger than the one before. */
function fill(count: number): void {
  for (let at = 0; at < count; at += 1)
    dead.send(JSON.stringify(retimeEvent(sample, new Date(Date.now() - (count - at) * 1_000))));
}

const redriveInTerminal = (...typed: readonly Keys[]) =>
  runInTerminal(asOperator(account), ['redrive', 'responder'], typed);

test.each([
  ['Ctrl-C', CTRL_C, 130],
  ['Ctrl-D', CTRL_D, 1],
  ['another word', 'y\r', 1],
])(
  '%s at the question does nothing, and every letter can be received again at once',
  async (_name, keys, code) => {
    fill(3);
    const ended = await redriveInTerminal(['to go on', keys]);
    expect(ended.shown).toContain('To be done: 3 sent to the responder again');
    expect(ended.shown).toContain('Nothing was done.');
    expect(ended.code).toBe(code);
    expect(events.sent).toEqual([]);
    expect(dead.receive(10)).toHaveLength(3);
  },
  60_000,
);

test('Ctrl-C while it works ends the letter at hand: each is sent, or left to be received again', async () => {
  const count = 60;
  fill(count);
  const { code, shown } = await redriveInTerminal(['to go on', 'yes\r'], ['of 60 settled', CTRL_C]);
  expect(code).toBe(130);
  const left = [];
  for (let some = dead.receive(10); some.length > 0; some = dead.receive(10)) left.push(...some);
  expect(left.length).toBeGreaterThan(0);
  const bodies = [...left, ...events.sent].map(({ body }) => body);
  expect(bodies).toHaveLength(count);
  expect(new Set(bodies).size).toBe(count);
  expect(shown).toContain(
    `${events.sent.length} sent again, 0 thrown away, ${left.length} left where they were.`,
  );
}, 60_000);
