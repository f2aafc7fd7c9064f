import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import { addressOf, awsSettings } from '../../cli/replay/embedded-deps.ts';
import { bus } from '../../functions/announce/bus.ts';
import { type DetailType, schemas } from '../../functions/announce/schema.ts';
import { openScene, type Scene } from './scene.ts';

interface Told {
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
}

function told({ world }: Scene): readonly Told[] {
  return world.account.events.map(({ detailType, detail }) => ({
    detailType,
    detail: Object(detail) as Record<string, unknown>,
  }));
}

test.concurrent('the bus hears of it at receipt, on the way and at the end, each newer than the one before', async () => {
  await using scene = await openScene();
  await scene.send();
  const events = told(scene);
  const types = events.map(({ detailType }) => detailType);
  expect(types.at(0)).toBe('Interruption Received');
  expect(types.at(-1)).toBe('Interruption Handled');
  expect(new Set(types.slice(1, -1))).toEqual(new Set(['Interruption Progress']));
  const revisions = events.map(({ detail }) => Number(detail.revision));
  expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
  expect(new Set(revisions).size).toBe(revisions.length);
});

test.concurrent('every announced event fits its documented schema', async () => {
  await using scene = await openScene();
  await scene.send();
  for (const { detailType, detail } of told(scene)) {
    const answer = schemas[detailType as DetailType].safeParse(detail);
    expect(answer.error?.issues ?? []).toEqual([]);
  }
});

test.concurrent('progress counts the pods to be moved and names their workload, the end names every pod', async () => {
  await using scene = await openScene();
  await scene.send();
  const events = told(scene);
  const progress = events.findLast(({ detailType }) => detailType === 'Interruption Progress')?.detail;
  expect(progress).toMatchObject({ node: scene.node, gpus: 4, stage: 'draining', pods: { total: 3 } });
  expect(progress?.workloads).toEqual([{ namespace: 'inference', name: 'Deployment/llm', pods: 3 }]);
  const pods = events.at(-1)?.detail.pods as { result: string; workload?: string }[];
  expect(pods.filter(({ result }) => result === 'evicted')).toHaveLength(3);
  expect(pods.map(({ workload }) => workload)).toContain('DaemonSet/aws-node');
});

test.concurrent('a takeover is newer than all that the first run told', async () => {
  await using scene = await openScene();
  const stop = new AbortController();
  const first = scene.send('spot-interruption-terminate', {}, 0, undefined, { signal: stop.signal });
  stop.abort(new Error('killed'));
  await first;
  await scene.send();
  const revisions = told(scene).map(({ detail }) => Number(detail.revision));
  expect(Math.floor((revisions.at(-1) ?? 0) / 1_000_000)).toBe(2);
});

test.concurrent('a bus that never answers changes nothing in the drain', async () => {
  await using silent = await openScene();
  silent.world.account.inject({ operation: 'PutEvents', silent: true, times: 1_000 });
  const eventBridge = new EventBridgeClient(awsSettings(addressOf(silent.world)));
  const announcer = bus({ eventBridge, busName: 'spot-responder', timeoutMilliseconds: 100 });
  const [report] = await silent.send('spot-interruption-terminate', { announcer });
  expect(report).toMatchObject({ outcome: { type: 'emptied' }, isUntold: true });
  expect(silent.world.cluster.evictions).toHaveLength(3);
});

test.concurrent('progress is told at most once in five seconds', async () => {
  await using scene = await openScene();
  await scene.send();
  const times = scene.world.account.events
    .filter(({ detailType }) => detailType === 'Interruption Progress')
    .map(({ time }) => time.getTime());
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(gaps.every((gap) => gap >= 4_990)).toBe(true);
});
