import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSince } from '../../cli/status/since.ts';
import { dynamoIncidents } from '../../functions/incidents/dynamo.ts';
import type { Incidents } from '../../functions/incidents/incident.ts';
import { dynamoOverview } from '../../functions/incidents/overview.ts';
import { openIndexTable, writeRows } from '../../functions/node-index/index-table.ts';
import { nodeRow } from '../../functions/node-index/row.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { runCliWith } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anInterruption, instanceId } from '../support/interruptions.ts';

const [first, second, third, stranger] = ['1', '2', '3', '4'].map((digit) =>
  instanceId(`i-0aaaaaaaaaaaaaaa${digit}`),
) as [
  ReturnType<typeof instanceId>,
  ReturnType<typeof instanceId>,
  ReturnType<typeof instanceId>,
  ReturnType<typeof instanceId>,
];

let table: SimulatedTable;
/** The command line reads the real clock. */
const clock = new FakeClock(new Date());
let incidents: Incidents;
beforeEach(async () => {
  table = await startSimulatedTable();
  incidents = dynamoIncidents({ client: table.client(), table: table.tableName, clock, owner: 'run' });
});
afterEach(() => table.close());

function noticed(instance: ReturnType<typeof instanceId>) {
  const noticedAt = clock.now();
  return anInterruption({
    instanceId: instance,
    noticedAt,
    deadline: new Date(noticedAt.getTime() + 120_000),
  });
}

async function close(
  instance: ReturnType<typeof instanceId>,
  outcome: string,
  reason?: string,
  cluster = 'ml-prod',
) {
  const claim = await incidents.claim(noticed(instance));
  if (claim.type !== 'claimed') throw new Error(`expected a lease, got ${claim.type}`);
  await clock.advance(40_000);
  await incidents.close(claim.lease, {
    outcome,
    clusterName: cluster,
    nodeName: `ip-10-0-0-${instance.at(-1)}.us-east-2.compute.internal`,
    summary: { outcome: { type: outcome, ...(reason && { reason }) } },
  });
}

function overview() {
  const access = { client: table.client(), table: table.tableName, clock, random: Math.random };
  return dynamoOverview(access);
}

describe('the overview of the table', () => {
  test('lists what a run is at work on, what a dead run left, and no instance that is no node of ours', async () => {
    await incidents.claim(noticed(first));
    await clock.advance(16_000);
    await incidents.claim(noticed(second));
    const other = await incidents.claim(noticed(stranger));
    if (other.type === 'claimed') await incidents.release(other.lease);
    const open = await overview().open();
    expect(open.map(({ instanceId, standing }) => [instanceId, standing.type])).toEqual([
      [second, 'under-way'],
      [first, 'abandoned'],
    ]);
  });

  test('a drain that was handed over is under way', async () => {
    const claim = await incidents.claim(noticed(first));
    if (claim.type === 'claimed')
      await incidents.handOver(claim.lease, { run: 1, open: ['a/b'], account: '{}' });
    await clock.advance(60_000);
    expect(await overview().open()).toMatchObject([{ standing: { type: 'under-way' } }]);
  });

  test('lists what was closed in between, newest first, once each', async () => {
    const from = clock.now();
    await close(first, 'failed', 'no access');
    await close(first, 'emptied');
    await close(second, 'blocked', 'budget llm');
    const to = clock.now();
    await clock.advance(1_000);
    await close(third, 'emptied');
    const closed = await overview().closed(from, new Date(to.getTime() + 1));
    expect(closed.map(({ instanceId }) => instanceId)).toEqual([second, first]);
    expect(closed[1]?.standing).toMatchObject({ outcome: 'emptied' });
    expect(closed[0]?.standing).toMatchObject({ outcome: 'blocked', reason: 'budget llm' });
  });
});

describe('status', () => {
  const environment = () => ({
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-2',
    INCIDENT_TABLE: table.tableName,
  });

  async function fill() {
    await close(first, 'emptied');
    await close(second, 'blocked', 'budget llm allows none', 'ml-test');
    await incidents.claim(noticed(third));
    const index = openIndexTable({
      client: table.client(),
      table: table.tableName,
      clock,
      random: Math.random,
    });
    const owner = { type: 'unknown' } as const;
    const value = {
      instanceId: third,
      clusterName: 'ml-prod',
      owner,
      region: 'us-east-2',
      nodeNameHint: 'node-3',
    };
    await writeRows(index, [nodeRow({ value, expiresAt: new Date(clock.now().getTime() + 60_000) })]);
  }

  test('shows open and closed incidents in the words of the messages', async () => {
    const past = new Date(Date.now() - 300_000);
    await clock.advance(past.getTime() - clock.now().getTime());
    await fill();
    const { code, stdout, stderr } = await runHere(environment(), 'status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Open\n.*\nnode-3 +ml-prod +Spot interruption/);
    expect(stdout).toMatch(/ip-10-0-0-1 +ml-prod .*✅ Emptied with 80 s to spare/);
    expect(stdout).toMatch(/ip-10-0-0-2 +ml-test .*⛔ Pods could not be moved: budget llm allows none/);
    expect(stdout).toContain('2 interruptions of 2 nodes');
    const narrow = await runHere(environment(), 'status', '--cluster', 'ml-test', '--json');
    const { incidents: shown } = JSON.parse(narrow.stdout);
    expect(shown).toMatchObject([{ instanceId: second, cluster: 'ml-test' }]);
  });

  test('an empty table says so, and the process ends', async () => {
    const { code, stdout } = await runCliWith(environment(), 'status', '--since', '7d');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing is open.');
    expect(stdout).toContain('No interruptions.');
  });

  test.each([
    [
      { INCIDENT_TABLE: '', AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' },
      [],
      1,
      'cloudformation:DescribeStacks on stack SpotResponder',
    ],
    [{}, ['--table', 'nowhere'], 1, 'Deploy the stack in this Region'],
    [
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
      [],
      1,
      'Give valid AWS credentials',
    ],
    [{}, ['--since', 'yesterday'], 2, '--since is "yesterday"'],
  ])('%o %o is told plainly', async (part, args, code, message) => {
    const run = await runHere({ ...environment(), ...part }, 'status', ...args);
    expect(run).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('--since', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  test.each([
    ['90m', '2026-11-20T08:30:00.000Z'],
    ['24h', '2026-11-19T10:00:00.000Z'],
    ['7d', '2026-11-13T10:00:00.000Z'],
    ['2026-11-18', '2026-11-18T00:00:00.000Z'],
    ['2026-11-18T09:00:00Z', '2026-11-18T09:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(parseSince(text, now).toISOString()).toBe(iso);
  });

  test.each(['', '24', '1w', '-3h', '2026-13-40', '91d', '2026-11-21T00:00:00Z', '5'])(
    '%s is refused',
    (text) => {
      expect(() => parseSince(text, now)).toThrow(/--since is/);
    },
  );
});
