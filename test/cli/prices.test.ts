import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../functions/clock.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { newFolder } from '../support/new-folder.ts';
import { runCliWith } from './run-cli.ts';
import { runHere } from './run-here.ts';

const typical = 'examples/prices/typical.json';
const nowhere = { AWS_REGION: '', AWS_PROFILE: '', SPOT_ADVISOR_URL: 'http://127.0.0.1:59999/' };

test('the recorded example is the table of typical prices', async () => {
  const { code, stdout } = await runHere({}, 'prices', '--recorded', typical);
  expect(code).toBe(0);
  const cells = stdout.split('\n').map((line) => line.split(/\s{2,}/));
  const rows = cells.filter(([type]) => /^[a-z0-9]+\.\w+$/.test(type ?? ''));
  expect(rows.map(([type, onDemand, , , saves]) => [type, Number(onDemand).toFixed(2), saves])).toEqual([
    ['g4dn.xlarge', '0.53', '70%'],
    ['g5.xlarge', '1.01', '60%'],
    ['g5.12xlarge', '5.67', '70%'],
    ['p3.2xlarge', '3.06', '70%'],
    ['p3.8xlarge', '12.24', '70%'],
    ['p4d.24xlarge', '32.77', '60%'],
  ]);
  expect(stdout).toContain('us-east-1a 7, us-east-1b 5, us-east-1d 3');
  expect(stdout).toContain('at 2025-05-31 00:00Z');
}, 60_000);

test('what is asked live is recorded, and the recording shows the same', async () => {
  const account = await startSimulatedAccount({ clock: systemClock, region: 'us-east-2' });
  const since = new Date(Date.now() - 3_600_000);
  account.setMarket({
    onDemand: { 'g5.xlarge': 1.006 },
    spot: [{ instanceType: 'g5.xlarge', zone: 'us-east-2a', dollars: 0.4, since }],
  });
  const environment = {
    ...nowhere,
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAFAKE',
    AWS_SECRET_ACCESS_KEY: 'fake',
  };
  const file = join(await newFolder('prices'), 'prices.json');
  try {
    const live = await runCliWith(
      environment,
      'prices',
      'g5.xlarge',
      '--region',
      'us-east-2',
      '--record',
      file,
    );
    expect(live).toMatchObject({ code: 0, stderr: '' });
    expect(live.stdout).toMatch(/g5\.xlarge +1\.0060 +us-east-2a +0\.4000 +60% +0\.4000 +-/);
    expect(live.stdout).toContain('Interruption frequencies are missing');
    expect((await runHere({}, 'prices', '--recorded', file)).stdout).toBe(live.stdout);
  } finally {
    await account.close();
  }
}, 120_000);

test('when neither price can be had, the exit code is 1 and the remedy said', async () => {
  const environment = {
    ...nowhere,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:59999',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ACCESS_KEY_ID: 'AKIAFAKE',
    AWS_SECRET_ACCESS_KEY: 'fake',
  };
  const { code, stderr } = await runHere(environment, 'prices', '--region', 'us-east-2');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: No price can be had: .* be reached from here, and ask again\.\n$/);
}, 60_000);
