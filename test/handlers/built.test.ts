import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { region } from '../../cli/replay/world.ts';
import { systemClock } from '../../functions/clock.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { poolGroup } from '../../simulator/account/pool-groups.ts';
import { startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { openScene, type Scene } from '../respond/scene.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const secret = 'a-secret-that-no-log-may-hold';

/** Not the checkout's own: what builds that meanwhile removes it first. */
let dist: string;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'bundles-'));
  execFileSync(process.execPath, ['infra/bundle.ts', dist], { cwd: root });
}, 240_000);
afterAll(() => rm(dist, { recursive: true, force: true }));

/** Runs the bundle in a plain Node process, as Lambda does: one event, the environment of `functions/config.ts`. */
function invoke(
  scene: Scene,
  event: unknown,
  name = 'respond',
  variables: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const script = `const { handler } = await import('${join(dist, name, 'index.mjs')}'); const context = { getRemainingTimeInMillis: () => 900_000 };
    console.log(JSON.stringify({ answer: await handler(JSON.parse(process.env.EVENT), context) }));`;
  const { account, queue, tableEndpoint, tableName } = scene.world;
  const env = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tableEndpoint,
    INCIDENT_TABLE: tableName,
    EVENT_BUS: 'spot-responder',
    CONTINUATION_QUEUE: queue.url,
    EVENT: JSON.stringify(event),
    ...variables,
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { cwd: root, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

function freshEvent(name: string): unknown {
  return retimeEvent(JSON.parse(readFileSync(`${root}events/${name}.json`, 'utf8')), new Date());
}

test('the built responder drains a node; every line has its keys, none a secret', async () => {
  await using scene = await openScene(1);
  const { code, output } = await invoke(scene, freshEvent('spot-interruption-terminate'));
  expect(code).toBe(0);
  expect(scene.world.cluster.evictions).toHaveLength(3);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const handled = lines.find(({ message }) => message === 'Interruption handled');
  expect(handled).toMatchObject({
    cluster: 'demo',
    node: scene.node,
    instance: 'i-0aaaaaaaaaaaaaaa1',
    outcome: 'emptied',
  });
  expect(handled?.incident).toMatch(/^i-0aaaaaaaaaaaaaaa1\/spot-interruption\//);
  for (const message of ['Interruption received', 'Node cordoned', 'Interruption handled']) {
    const line = lines.find((each) => each.message === message);
    expect(line).toMatchObject({
      cluster: 'demo',
      instance: 'i-0aaaaaaaaaaaaaaa1',
      incident: handled?.incident,
    });
  }
  const metrics = lines.find((line) => '_aws' in line);
  expect(Object.keys(metrics ?? {})).toEqual(
    expect.arrayContaining([
      'SecondsToCordon',
      'SecondsToLastEviction',
      'SecondsLeft',
      'Pods_evicted',
      'ApiRequests',
    ]),
  );
  expect(output).not.toContain(secret);
  expect(output).not.toContain('k8s-aws-v1.');
});

test('a malformed event ends the invocation with an error that names the field', async () => {
  await using scene = await openScene(1);
  const { code, output } = await invoke(scene, {
    ...Object(freshEvent('spot-interruption-terminate')),
    detail: {},
  });
  expect(code).not.toBe(0);
  expect(output).toContain('detail.instance-id');
});

test('the built index function writes the nodes down, and the responder then asks neither EC2 nor EKS', async () => {
  await using scene = await openScene(1);
  const { code, output } = await invoke(scene, {}, 'index-nodes');
  expect(code).toBe(0);
  const line = output.split('\n').find((each) => each.includes('Nodes indexed'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    message: 'Nodes indexed',
    clusters: 1,
    nodes: 2,
    unread: [],
    written: 3,
  });
  const indexed = scene.world.account.calls.length;
  expect((await invoke(scene, freshEvent('spot-interruption-terminate'))).code).toBe(0);
  expect(scene.world.cluster.evictions).toHaveLength(3);
  const asked = scene.world.account.calls.slice(indexed).map(({ service }) => service);
  expect(new Set(asked)).toEqual(new Set(['events']));
});

test('the built fallback fails, when its work is done, for a pool whose cluster it could not read: by schedule, not by nudge', async () => {
  await using scene = await openScene(1);
  const says = { 'boot-minutes': '3' };
  for (const role of ['spot', 'fallback'] as const)
    scene.world.account.addAutoScalingGroup(
      poolGroup({ name: role, cluster: 'gone', pool: 'a10g', role, says }),
    );
  const minute = await invoke(scene, { run: 'fallback' }, 'fallback');
  expect(minute.code).not.toBe(0);
  expect(minute.output).toContain('Fallback reconciled');
  expect(minute.output).toMatch(/Error: pool gone\/a10g: .*No cluster found for name: gone/);
  const body = JSON.stringify({ detail: { AutoScalingGroupName: 'spot' } });
  const nudge = await invoke(scene, { Records: [{ body }] }, 'fallback');
  expect(nudge).toMatchObject({ code: 0, output: expect.stringContaining('Pool not read') });
});

test("the responder's cold start loads neither EC2's client, nor EKS's, nor an HTTP library that nothing calls", () => {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(join(dist, 'respond', file), 'utf8');
    for (const [, next = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+\.mjs)"/g)) load(next);
  };
  load('index.mjs');
  const text = [...loaded].map((file) => readFileSync(join(dist, 'respond', file), 'utf8')).join('');
  expect(loaded.size).toBeGreaterThan(1);
  expect(text).toContain('ConditionExpression');
  expect(text).not.toContain('"DescribeInstances"');
  expect(text).not.toContain('"DescribeCluster"');
  expect(text).not.toContain('llhttp');
});

test('the built notifier tells Slack, with the token that is in the secret and in no log', async () => {
  await using scene = await openScene(1);
  const slack = await startSimulatedSlack({ clock: systemClock });
  try {
    scene.world.account.putSecret('slack', JSON.stringify({ token: slack.token }));
    const sample = readFileSync(`${root}events/announced/interruption-received.json`, 'utf8');
    const batch = { Records: [{ messageId: '1', body: sample, eventSource: 'aws:sqs' }] };
    const variables = { SLACK_SECRET: 'slack', SLACK_CHANNEL: slack.channel, SLACK_API_URL: slack.apiUrl };
    const { code, output } = await invoke(scene, batch, 'notify', variables);
    expect(output).toContain('{"answer":{"batchItemFailures":[]}}');
    expect(code).toBe(0);
    expect((await slack.read(slack.channel)).map(({ text }) => text)).toEqual([
      expect.stringContaining('ml-prod'),
    ]);
    expect(output).not.toContain(slack.token);
    scene.world.account.putParameter('/slack', JSON.stringify({ token: slack.token }));
    const again = await invoke(scene, batch, 'notify', { ...variables, SLACK_SECRET: 'ssm:/slack' });
    expect(again.output).toContain('{"answer":{"batchItemFailures":[]}}');
    expect(again.output).not.toContain(slack.token);
    expect(scene.world.account.calls.map(({ operation }) => operation)).toContain('GetParameter');
    const refused = await invoke(scene, batch, 'notify', { ...variables, SLACK_SECRET: 'nowhere' });
    expect(refused.output).toContain('{"answer":{"batchItemFailures":[{"itemIdentifier":"1"}]}}');
    expect(refused.output).toContain('Create it with the Slack token in it');
  } finally {
    await slack.close();
  }
});
