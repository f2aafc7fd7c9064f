import { expect, test } from 'vitest';
import { schemas } from '../../functions/announce/schema.ts';
import { AwsCallError } from '../../functions/errors.ts';
import type { Location } from '../../functions/locate/located.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { doomed, openScene, type Scene, withoutTable } from './scene.ts';

const SPOT = 'spot-interruption-terminate';

const denied = new Error('ec2:DescribeInstances: UnauthorizedOperation');

function locating(answer: () => Promise<Location>): Partial<RespondDeps> {
  return { locator: { locate: answer, instancesOfReservation: async () => [] } };
}

const nowhere = locating(() => Promise.reject(denied));

function told({ world }: Scene) {
  return world.account.events.map(({ detailType, detail }) => ({
    detailType,
    detail: Object(detail) as Record<string, unknown>,
  }));
}

test.concurrent('an instance that could not be looked up is announced with the reason, in the documented shape', async () => {
  await using scene = await openScene();
  await scene.send(SPOT, nowhere);
  const [event, ...others] = told(scene);
  expect(others).toEqual([]);
  expect(event?.detailType).toBe('Interruption Handled');
  expect(schemas['Interruption Handled'].safeParse(event?.detail).error?.issues ?? []).toEqual([]);
  expect(event?.detail).toMatchObject({
    instanceId: doomed,
    outcome: { type: 'failed', reason: expect.stringContaining('UnauthorizedOperation') },
    pods: [],
  });
  expect(event?.detail).not.toHaveProperty('cluster');
});

test.concurrent('it is in the history as failed, and the next delivery claims it at once and tells a better end', async () => {
  await using scene = await openScene();
  const noticedAt = scene.clock.now();
  const [failed] = await scene.send(SPOT, nowhere);
  const [again] = await scene.send(SPOT, {}, (scene.clock.now().getTime() - noticedAt.getTime()) / 1000);
  expect(again?.outcome).toEqual({ type: 'emptied' });
  expect(again?.incidentId).toBe(failed?.incidentId);
  const events = told(scene);
  expect(new Set(events.map(({ detail }) => detail.incident))).toEqual(new Set([failed?.incidentId]));
  const revisions = events.map(({ detail }) => Number(detail.revision));
  expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
  expect(events.at(-1)?.detail.outcome).toEqual({ type: 'emptied' });
  const closings = await scene.deps.incidents.history(scene.clock.now());
  expect(closings.map(({ outcome }) => outcome)).toEqual(['emptied', 'failed']);
});

const crowded = new AwsCallError('DescribeInstances', 'RequestLimitExceeded', 'too many');

test.concurrent('a first run that EC2 refuses in a storm is no failure: it leaves the search to the second look, which claims at once', async () => {
  await using scene = await openScene();
  const refused = locating(() => Promise.reject(crowded));
  const [first] = await scene.send(SPOT, refused, 0, doomed, { lastTry: false });
  expect(first?.outcome).toEqual({ type: 'interrupted', reason: expect.stringContaining('second look') });
  expect(told(scene)).toEqual([]);
  const [second] = await scene.send(SPOT);
  expect(second?.outcome).toEqual({ type: 'emptied' });
  expect(second?.incidentId).toBe(first?.incidentId);
});

test.concurrent('a second look that EC2 refuses too has failed', async () => {
  await using scene = await openScene();
  const [report] = await scene.send(
    SPOT,
    locating(() => Promise.reject(crowded)),
  );
  expect(report?.outcome.type).toBe('failed');
  expect(told(scene)).toHaveLength(1);
});

test.concurrent('without table and whereabouts it is told once, by the failure of the claim', async () => {
  await using scene = await openScene();
  await scene.send(SPOT, { ...nowhere, incidents: withoutTable(scene) });
  expect(told(scene).map(({ detail }) => detail.outcome)).toEqual([
    { type: 'failed', reason: expect.stringContaining('nowhere') },
  ]);
});

test.concurrent('tags of two clusters are announced and closed', async () => {
  await using scene = await openScene();
  const twoClusters = locating(async () => ({ type: 'ambiguous', reason: 'tags name 2 clusters: a, b' }));
  await scene.send(SPOT, twoClusters);
  expect(told(scene).map(({ detail }) => detail.outcome)).toEqual([
    { type: 'ambiguous', reason: 'tags name 2 clusters: a, b' },
  ]);
  expect((await scene.deps.incidents.get(doomed))?.state).toBe('closed');
});

const foreign = locating(async () => ({ type: 'not-ours', reason: 'no cluster tag' }));

test.concurrent('an instance that is no node of ours is announced only where a failure was told before', async () => {
  await using scene = await openScene();
  await scene.send(SPOT, foreign);
  expect(told(scene)).toEqual([]);
  await scene.send(SPOT, nowhere);
  await scene.send(SPOT, foreign);
  expect(told(scene).map(({ detail }) => detail.outcome)).toEqual([
    { type: 'failed', reason: expect.stringContaining('UnauthorizedOperation') },
    { type: 'told', reason: 'no node of ours: no cluster tag' },
  ]);
});

test.concurrent('a dry run that fails tells nobody', async () => {
  await using scene = await openScene();
  const [report] = await scene.send(SPOT, nowhere, 0, doomed, { dryRun: true });
  expect(report?.outcome.type).toBe('failed');
  expect(told(scene)).toEqual([]);
});

test.concurrent('a run beside one that is at work joins it, also when it cannot look the instance up', async () => {
  await using scene = await openScene();
  const first = scene.send();
  const { incidents } = scene.deps;
  while ((await incidents.get(doomed)) === undefined) await scene.clock.sleep(100);
  const [second] = await scene.send(SPOT, nowhere);
  expect(second?.outcome.type).toBe('joined');
  await first;
  expect(told(scene).filter(({ detailType }) => detailType === 'Interruption Handled')).toHaveLength(1);
});
