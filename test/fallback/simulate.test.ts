import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulateCommand } from '../../cli/commands/simulate.ts';
import { averagePolicies, comparePolicies } from '../../simulator/market/compare.ts';
import { parseTrace } from '../../simulator/market/trace.ts';

const EXAMPLE = 'examples/traces/v100-16-nodes/us-east-2b_v100.json';
const SETTINGS = { bootMinutes: 5, spotPrice: 0.3, noticeMinutes: 2 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulate-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function simulate(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const command = simulateCommand()
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => err.push(text) });
  const exitCode = await command.parseAsync(args, { from: 'user' }).then(
    () => 0,
    (error: { exitCode?: number }) => error.exitCode,
  );
  return { out: out.join(''), err: err.join(''), exitCode };
}

async function policiesOnExample() {
  const trace = parseTrace(EXAMPLE, await readFile(EXAMPLE, 'utf8'));
  const points = averagePolicies([comparePolicies(trace, SETTINGS)]);
  return (name: string) => points.find((point) => point.policy === name) ?? expect.fail(`no policy ${name}`);
}

test('7 and 12: on a recorded market it stays up, within 1.2 times the cost of immediate, with fewer launches', async () => {
  const policy = await policiesOnExample();
  const mine = policy('spot-responder');
  expect(mine.availability).toBeGreaterThanOrEqual(0.985);
  expect(mine.relativeCost).toBeLessThanOrEqual(1.2 * policy('immediate').relativeCost);
  expect(mine.launchesPerDay).toBeLessThan((2 / 3) * policy('immediate').launchesPerDay);
});

test('it reaches the availability of a thirty-minute hold for at most 1.04 times what the all-knowing pays', async () => {
  const policy = await policiesOnExample();
  const mine = policy('spot-responder');
  expect(mine.availability).toBeGreaterThanOrEqual(policy('hold 30 min').availability);
  expect(mine.relativeCost).toBeLessThanOrEqual(1.04 * policy('all-knowing').relativeCost);
});

test('even without a notice it is cheaper than the hold of the same availability', async () => {
  const policy = await policiesOnExample();
  const mine = policy('spot-responder, no notice');
  expect(mine.availability).toBeGreaterThanOrEqual(policy('hold 20 min').availability - 0.0005);
  expect(mine.relativeCost).toBeLessThan(policy('hold 20 min').relativeCost);
});

test('who knows how long spot stays gains little over it by holding alone', async () => {
  const policy = await policiesOnExample();
  const [mine, hindsight] = [policy('spot-responder'), policy('hold in hindsight')];
  expect(hindsight.availability).toBeGreaterThan(mine.availability - 0.001);
  expect(mine.relativeCost).toBeLessThanOrEqual(hindsight.relativeCost);
});

test('nobody is both cheaper and more available than the all-knowing schedule', async () => {
  const policy = await policiesOnExample();
  const best = policy('all-knowing');
  expect(best.availability).toBeGreaterThan(0.999);
  for (const name of ['spot-responder', 'immediate', 'AutoSpotting', 'SkyServe', 'hold 60 min']) {
    expect(policy(name).availability).toBeLessThan(best.availability);
  }
});

test('a market that never falls short costs the spot price and launches nothing', () => {
  const trace = parseTrace('steady.json', '{"metadata":{"gap_seconds":60},"data":[4,4,4,4]}');
  const [mine] = comparePolicies(trace, SETTINGS).replays;
  expect(mine).toMatchObject({ availability: 1, relativeCost: 0.3, launchesPerDay: 0, minutesShort: 0 });
});

test('it prints a table of every policy', async () => {
  const { out, exitCode } = await simulate(EXAMPLE);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/us-east-2b_v100: 16 nodes wanted for 11\.3 days/);
  expect(out).toMatch(/spot-responder +0\.99\d\d +0\.\d{3}/);
});

test('--json prints the figures, --html writes one page that loads nothing', async () => {
  const page = join(folder, 'market.html');
  const { out } = await simulate(EXAMPLE, '--json', '--html', page, '--boot-minutes', '0');
  const figures = JSON.parse(out);
  expect(figures.settings).toEqual({ bootMinutes: 0, spotPrice: 0.3, noticeMinutes: 2 });
  expect(figures.traces[0].policies).toHaveLength(14);
  const html = await readFile(page, 'utf8');
  expect(html.match(/<svg /g)).toHaveLength(15);
  expect(html).not.toMatch(/NaN|undefined|https?:|<script|<link/);
});

test.each([
  ['no JSON', 'not json', /the file is not JSON/],
  ['no data', '{"metadata":{"gap_seconds":300}}', /data: .*Expected/],
  ['empty data', '{"metadata":{"gap_seconds":300},"data":[]}', /data: is empty/],
  ['a negative count', '{"metadata":{"gap_seconds":300},"data":[1,-1]}', /data\.1: .*Expected/],
  ['no gap', '{"data":[1]}', /metadata: .*Expected/],
  ['zeros', '{"metadata":{"gap_seconds":300},"data":[0,0]}', /data: is 0 throughout/],
])('a file with %s ends in one line and exit code 2', async (name, text, message) => {
  const path = join(folder, `${name}.json`);
  await writeFile(path, text);
  const { err, exitCode } = await simulate(path);
  expect(exitCode).toBe(2);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toMatch(message);
});

test('a missing file is named, with exit code 2', async () => {
  const { err, exitCode } = await simulate(join(folder, 'absent.json'));
  expect(exitCode).toBe(2);
  expect(err).toMatch(/^error: TRACE .*absent\.json: cannot be read \(ENOENT\)/);
});

test.each([
  ['--boot-minutes', 'soon'],
  ['--spot-price', '7'],
  ['--notice-minutes', '-1'],
])('%s %s is refused', async (flag, value) => {
  const { err, exitCode } = await simulate(EXAMPLE, flag, value);
  expect(exitCode).toBe(2);
  expect(err).toMatch(new RegExp(`^error: ${flag} ${value}: .*Give for example`));
});
