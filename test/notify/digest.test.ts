import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sighting } from '../../functions/incidents/overview.ts';
import { type DigestDeps, isoWeek, publishDigest } from '../../functions/notify/digest.ts';
import { dynamoLedger } from '../../functions/notify/ledger/ledger.ts';
import { plainText } from '../../functions/notify/message/blocks.ts';
import { tellDigest } from '../../functions/notify/message/digest.ts';
import { summarise } from '../../functions/notify/message/overview.ts';
import type { NotifySettings } from '../../functions/notify/settings.ts';
import type { SlackAccess } from '../../functions/notify/slack/access.ts';
import { slackSpeaker } from '../../functions/notify/speaker.ts';
import { refuseMessage } from '../../simulator/slack/block-kit.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import { patientClock } from '../support/patient-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

const monday = new Date('2026-11-23T09:00:00Z');
const clock = patientClock(50, monday);
let slack: SimulatedSlack;
let table: SimulatedTable;
beforeEach(async () => {
  [slack, table] = await Promise.all([startSimulatedSlack({ clock }), startSimulatedTable()]);
});
afterEach(async () => {
  await Promise.all([slack.close(), table.close()]);
});

/** Closed 40 s after its notice. */
function closed(
  number: number,
  outcome: string,
  part: Partial<Sighting> & { reason?: string } = {},
): Sighting {
  const noticedAt = new Date(Date.parse('2026-11-20T10:00:05Z') + number * 60_000);
  const { reason, ...facts } = part;
  return {
    incidentId: `i-${number}`,
    instanceId: `i-0aaaaaaaaaaaaaaa${number}`,
    kind: 'spot-interruption',
    severity: 'hard',
    noticedAt,
    deadline: new Date(noticedAt.getTime() + 120_000),
    cluster: 'ml-prod',
    node: `ip-10-0-0-${number}.us-east-2.compute.internal`,
    standing: { type: 'closed', closedAt: new Date(noticedAt.getTime() + 40_000), outcome, reason },
    ...facts,
  };
}

const week = [
  closed(1, 'emptied'),
  closed(2, 'emptied'),
  closed(3, 'blocked', { reason: 'budget llm <allows> none' }),
  closed(4, 'told', { kind: 'rebalance-recommendation', severity: 'soft' }),
];

function depsFor(sightings: readonly Sighting[], part: Partial<NotifySettings> = {}, access?: SlackAccess) {
  const settings: NotifySettings = {
    channel: slack.channel,
    routes: [],
    tellRebalances: false,
    windowSeconds: 120,
    accountNames: {},
    ...part,
  };
  const { log, lines } = recordingLog();
  const random = Math.random;
  const secret = {
    read: async () => access ?? ({ type: 'bot', token: slack.token } as const),
    forget: () => undefined,
  };
  const speaker = { clock, random, log, secret, settings, apiUrl: slack.apiUrl, timeoutMilliseconds: 400 };
  const deps: DigestDeps = {
    clock,
    log,
    settings,
    ledger: dynamoLedger({ client: table.client(), table: table.tableName, clock, random }),
    overview: { closed: async () => sightings },
    savings: async () => ['Spot saved $12.00.'],
    speakBy: (scriptOf) => slackSpeaker(speaker, scriptOf),
  };
  return { deps, lines };
}

function until(seconds = 120): Date {
  return new Date(clock.now().getTime() + seconds * 1000);
}

describe('the digest of a week', () => {
  test('counts, names what went wrong, and fits into a message', () => {
    const message = tellDigest(week, new Date('2026-11-16T09:00:00Z'), monday);
    expect(refuseMessage(message)).toBeUndefined();
    const shown = plainText(message.blocks);
    expect(shown).toContain('4 interruptions of 4 nodes');
    expect(shown).toContain('✅ Emptied in time ×2');
    expect(shown).toContain('Rebalance recommendation ×1');
    expect(shown).toContain('at least 80 s');
    expect(shown).toMatch(/⛔ ip-10-0-0-3 in ml-prod, .*: Pods could not be moved: budget llm <allows> none/);
    expect(JSON.stringify(message.blocks)).toContain('&lt;allows&gt;');
  });

  test('of the worst week fits too, and counts what it leaves out', () => {
    const many = Array.from({ length: 3_000 }, (_, at) =>
      closed(at, 'failed', { cluster: `cluster-${at}-${'x'.repeat(90)}`, reason: 'y'.repeat(4_000) }),
    );
    const message = tellDigest(many, new Date('2026-11-16T09:00:00Z'), monday);
    expect(refuseMessage(message)).toBeUndefined();
    expect(plainText(message.blocks)).toContain('+2985 more');
  });

  test('shares its sentences with status', () => {
    const message = tellDigest(week, new Date('2026-11-16T09:00:00Z'), monday);
    for (const line of summarise(week)) expect(JSON.stringify(message.blocks)).toContain(line);
  });
});

describe('publishing it', () => {
  const request = { scheduledAt: monday };

  test('twice, also at once and later in the week, shows one message', async () => {
    const { deps } = depsFor(week);
    await Promise.all([publishDigest(request, deps, until()), publishDigest(request, deps, until())]);
    const grown = depsFor([...week, closed(5, 'failed')]).deps;
    await publishDigest({ scheduledAt: new Date('2026-11-25T12:00:00Z') }, grown, until());
    const [digest, ...others] = await slack.read(slack.channel);
    expect(others).toEqual([]);
    expect(digest?.text).toBe('Interruptions of the week: 4 interruptions of 4 nodes');
  });

  test('by webhook shows one message too', async () => {
    const { deps } = depsFor(week, {}, { type: 'webhooks', urls: { default: slack.webhookUrl } });
    await publishDigest(request, deps, until());
    await publishDigest(request, deps, until());
    expect(await slack.read(slack.channel)).toHaveLength(1);
  });

  test('the next week has its own, and a week without interruptions says so', async () => {
    await publishDigest(request, depsFor(week).deps, until());
    await publishDigest({ scheduledAt: new Date('2026-11-30T09:00:00Z') }, depsFor([]).deps, until());
    const digests = await slack.read(slack.channel);
    expect(digests.map(({ text }) => text)).toEqual([
      expect.stringContaining('4 interruptions'),
      expect.stringContaining('No interruptions.'),
    ]);
  });

  test('each cluster is told where its interruptions are', async () => {
    const routes = [{ cluster: 'ml-test', channel: slack.otherChannel }];
    const { deps } = depsFor([...week, closed(5, 'emptied', { cluster: 'ml-test' })], { routes });
    await publishDigest(request, deps, until());
    expect((await slack.read(slack.channel))[0]?.text).toContain('4 interruptions of 4 nodes');
    expect((await slack.read(slack.otherChannel))[0]?.text).toContain('1 interruption of 1 node');
  });

  test('what Slack refuses fails the invocation and is logged with its remedy; the next try shows it once', async () => {
    const { deps, lines } = depsFor(week);
    slack.inject({ method: '*', fault: { type: 'error', code: 'not_in_channel' }, times: 1_000 });
    await expect(publishDigest(request, deps, until())).rejects.toThrow('not told in C000000001');
    expect(lines.join('\n')).toContain('/invite');
    slack.heal();
    await publishDigest(request, deps, until());
    expect(await slack.read(slack.channel)).toHaveLength(1);
  });
});

test.each([
  ['2026-11-23T09:00:00Z', '2026-W48'],
  ['2026-11-29T23:59:59Z', '2026-W48'],
  ['2026-12-31T00:00:00Z', '2026-W53'],
  ['2027-01-03T00:00:00Z', '2026-W53'],
  ['2027-01-04T00:00:00Z', '2027-W01'],
  ['2024-12-30T00:00:00Z', '2025-W01'],
])('%s is in %s', (time, week) => {
  expect(isoWeek(new Date(time))).toBe(week);
});

test('what spot saved stands below what went wrong', () => {
  const message = tellDigest(week, monday, monday, ['Spot saved $12.00 (60% of its on-demand price).']);
  expect(plainText(message.blocks)).toContain('Spot saved $12.00 (60%');
});
