import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ReplayResult } from '../../../cli/replay/result.ts';
import { main, runCliWith } from '../../cli/run-cli.ts';
import { newFolder } from '../../support/new-folder.ts';

/** Programs whose command line names the folder, which one run has for its temporary files. */
async function programsOf(folder: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-ax', '-o', 'stat=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.startsWith('Z'));
}

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await sleep(100);
}

test.each([
  ['SIGINT', 'while the control plane starts', 2],
  ['SIGINT', 'while the fleet is filled', 6],
  ['SIGKILL', 'while the fleet is filled', 6],
] as const)(
  '%s %s leaves no program and no file behind',
  async (signal, _when, programs) => {
    const folder = await newFolder('replay-test');
    const env = { ...process.env, TMPDIR: folder };
    const cli = spawn(process.execPath, [main, 'replay', '--real'], { env, stdio: 'ignore' });
    const ended = once(cli, 'exit');
    await until(async () => (await programsOf(folder)).length >= programs);
    cli.kill(signal);
    const [code] = await ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    // Who is killed cannot wait: its control plane sees it gone.
    if (signal === 'SIGKILL') await until(async () => (await programsOf(folder)).length === 0);
    expect(await programsOf(folder)).toEqual([]);
    await until(async () => signal === 'SIGINT' || (await readdir(folder)).length === 0);
    expect(await readdir(folder)).toEqual([]);
  },
  60_000,
);

test('one event on a real control plane: the job saves first, the node is emptied, controllers replace the pods', async () => {
  const folder = await newFolder('replay-test');
  const { code, stderr, stdout } = await runCliWith({ TMPDIR: folder }, 'replay', '--real', '--json');
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as ReplayResult;
  const [interruption] = result.interruptions;
  expect({ code, outcome: interruption?.outcome }).toEqual({ code: 0, outcome: { type: 'emptied' } });
  expect(interruption?.training).toMatchObject([{ result: 'saved', gang: 'Job/llama' }]);
  const moments = interruption?.timeline.map(({ type, text }) => `${type} ${text}`) ?? [];
  const saved = moments.findIndex((line) => line.startsWith('saved'));
  expect(moments.findIndex((line) => line.startsWith('evict-sent training/llama'))).toBeGreaterThan(saved);
  expect(result.requests).toMatchObject({ 'patch nodes': 1, 'patch pods/status': 3 });
  expect(result.evictedTwice).toBe(0);
  const { replaced, roundTripsBeforeEviction } = result.server ?? {};
  expect(replaced?.running).toBeGreaterThan(0);
  expect(roundTripsBeforeEviction).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual([]);
}, 90_000);

test('a dry run plans with the server and changes nothing of a storm fleet', async () => {
  const folder = await newFolder('replay-test');
  const storm = ['--nodes', '3', '--interrupt', '2', '--dry-run', '--json'];
  const { code, stdout } = await runCliWith({ TMPDIR: folder }, 'replay', '--real', ...storm);
  const result = JSON.parse(stdout) as ReplayResult;
  expect(code).toBe(0);
  expect(result.interruptions.map(({ outcome }) => outcome.type)).toEqual(['planned', 'planned']);
  expect(result.server?.replaced?.pods).toBe(0);
}, 90_000);
