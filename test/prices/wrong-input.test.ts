import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runPrices } from '../../cli/prices/run-prices.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { newFolder } from '../support/new-folder.ts';

const typical = 'examples/prices/typical.json';

beforeEach(() => vi.stubEnv('AWS_REGION', undefined));
afterEach(() => vi.unstubAllEnvs());

test.each([
  ['no Region', [], {}, /^--region is missing/],
  ['no type', ['g5'], { region: 'us-east-2' }, /"g5" is no instance type/],
  ['a capacity of none', [], { region: 'us-east-2', capacity: '0' }, /--capacity is "0"/],
  ['a file that is not there', [], { recorded: 'no-such.json' }, /--recorded no-such.json: cannot be read/],
  ['a type that was not recorded', ['m5.large'], { recorded: typical }, /it does not hold m5.large/],
  ['recording what is recorded', [], { recorded: typical, record: 'x.json' }, /asks nobody/],
])('%s is one clear error', async (_, types, options, message) => {
  const run = runPrices(types, { capacity: '5', ...options });
  await expect(run).rejects.toThrow(ConfigurationError);
  await expect(run).rejects.toThrow(message);
});

test.each([
  ['an empty file', () => '', /cannot be read/],
  ['another form', () => '{"schemaVersion": 2}', /schemaVersion/],
  [
    'a wrong field',
    (text: string) => text.replace('"targetCapacity": 5', '"targetCapacity": "five"'),
    /answers\.targetCapacity/,
  ],
  [
    'a price that is no number',
    (text: string) => text.replace('"0.160000"', '"free"'),
    /answers\.DescribeSpotPriceHistory/,
  ],
])('%s is named', async (_, change, message) => {
  const file = join(await newFolder('prices'), 'prices.json');
  await writeFile(file, change(await readFile(typical, 'utf8')));
  await expect(runPrices([], { capacity: '5', recorded: file })).rejects.toThrow(message);
});
