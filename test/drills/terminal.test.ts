import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { main } from '../cli/run-cli.ts';
import { CTRL_C, CTRL_D, type Keys, runInTerminal } from '../cli/run-in-terminal.ts';
import { asOperator } from '../enroll/scene.ts';
import { INSTANCE, openAccount } from './scene.ts';

let account: SimulatedAccount;
beforeEach(async () => {
  account = await openAccount(systemClock);
});
afterEach(() => account.close());

const drillInTerminal = (...typed: readonly Keys[]) =>
  runInTerminal(asOperator(account), ['drill', '--instance', INSTANCE], typed);

const operations = () => account.calls.map(({ operation }) => operation);
const tagsOf = () => account.calls.filter(({ operation }) => /^(Create|Delete)Tags$/.test(operation));

test('the person is told what will happen and has to write the instance; anything else does nothing', async () => {
  const { code, shown } = await drillInTerminal(['to go on', 'yes\r']);
  expect(shown).toContain(`AWS interrupts ${INSTANCE}, a node of cluster ml-prod, two minutes from now`);
  expect(shown).toContain('Nothing was done.');
  expect(code).toBe(1);
  expect(operations()).not.toContain('CreateTags');
}, 60_000);

test.each([
  ['Ctrl-C', CTRL_C, 130],
  ['Ctrl-D', CTRL_D, 1],
])(
  '%s at the question does nothing',
  async (_name, key, code) => {
    const ended = await drillInTerminal(['to go on', key]);
    expect(ended.shown).toContain('Nothing was done.');
    expect(ended.code).toBe(code);
    expect(operations()).not.toContain('CreateTags');
  },
  60_000,
);

test('Ctrl-C before the experiment has begun takes the tag away, and none is started', async () => {
  const { code, shown } = await drillInTerminal(['to go on', `${INSTANCE}\r`], ['Marked', CTRL_C]);
  expect(shown).toContain('Stopped.');
  expect(code).toBe(130);
  expect(operations()).not.toContain('StartExperiment');
  expect(tagsOf().map(({ operation }) => operation)).toEqual(['CreateTags', 'DeleteTags']);
}, 60_000);

test('Ctrl-C, and again, while it runs: the experiment is stopped, the tag taken away', async () => {
  const { code, shown } = await drillInTerminal(
    ['to go on', `${INSTANCE}\r`],
    ['Ctrl-C stops it', CTRL_C],
    ['', CTRL_C],
  );
  expect(shown).toContain('Stopped. An interruption that AWS has announced already is not taken back.');
  expect(code).toBe(130);
  expect(account.experiments).toMatchObject([{ status: 'stopped' }]);
  expect(tagsOf().map(({ operation }) => operation)).toEqual(['CreateTags', 'DeleteTags']);
}, 60_000);

test.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s is as Ctrl-C: the experiment is stopped, the tag taken away',
  async (signal) => {
    const program = spawn(process.execPath, [main, 'drill', '--instance', INSTANCE, '--yes'], {
      env: { ...process.env, ...asOperator(account) },
      stdio: 'ignore',
    });
    const ended = once(program, 'exit');
    await expect.poll(() => account.experiments.length, { timeout: 40_000 }).toBe(1);
    program.kill(signal);
    expect(await ended).toEqual([130, null]);
    expect(account.experiments).toMatchObject([{ status: 'stopped' }]);
    expect(operations().at(-1)).toBe('DeleteTags');
  },
  60_000,
);
