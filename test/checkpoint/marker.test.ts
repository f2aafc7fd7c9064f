import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Markers, s3Markers } from '../../functions/checkpoint/markers.ts';
import { type SimulatedObjects, startSimulatedObjects } from '../../simulator/objects/objects.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openScene, resultsOf, secondsOf } from './scene.ts';

const id = 'i-0abc/spot-interruption/1767225600';
const key = `run-1/_COMPLETE/${id}`;

let objects: SimulatedObjects;
let markers: Markers;

beforeEach(async () => {
  objects = await startSimulatedObjects({ clock: new FakeClock(new Date('2026-01-01T00:01:00Z')) });
  markers = s3Markers({
    region: 'us-east-2',
    endpoint: objects.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});
afterEach(() => objects.close());

describe('a marker', () => {
  test('is looked for below the prefix, under the whole id', async () => {
    expect(await markers.read('s3://bucket/run-1/', id)).toEqual({ type: 'absent' });
    expect(await markers.read('s3://bucket', id)).toEqual({ type: 'absent' });
    expect(objects.reads).toEqual([`bucket/${key}`, `bucket/_COMPLETE/${id}`]);
  });

  test('says what was saved; its age is the object’s where it says none', async () => {
    objects.put(
      'bucket',
      key,
      JSON.stringify({ id, state: 'Complete', step: 12, uri: 's3://bucket/run-1/12' }),
    );
    expect(await markers.read('s3://bucket/run-1', id)).toEqual({
      type: 'found',
      ack: {
        id,
        state: 'Complete',
        step: 12,
        uri: 's3://bucket/run-1/12',
        at: new Date('2026-01-01T00:01:00Z'),
      },
    });
  });

  test.each([
    ['of another id', JSON.stringify({ id: 'other', state: 'Complete' })],
    ['that is not complete', JSON.stringify({ id, state: 'Started' })],
    ['that is empty', ''],
  ])('%s proves nothing', async (_, body) => {
    objects.put('bucket', key, body);
    expect(await markers.read('s3://bucket/run-1', id)).toMatchObject({
      type: 'unreadable',
      reason: expect.stringContaining(id),
    });
  });

  test('in a bucket without rights names the permissions', async () => {
    objects.deny('bucket');
    expect(await markers.read('s3://bucket/run-1', id)).toMatchObject({
      type: 'unreadable',
      reason: expect.stringMatching(/s3:GetObject on s3:\/\/bucket\/run-1.*AccessDenied.*s3:ListBucket/),
    });
  });

  test('of a store that does not answer is unreadable, not an exception', async () => {
    await objects.close();
    expect(await markers.read('s3://bucket/run-1', id)).toMatchObject({ type: 'unreadable' });
  });
});

describe('a job that acknowledges by marker', () => {
  const annotations = {
    'spot-responder/checkpoint-ack': 'marker',
    'spot-responder/checkpoint-marker': 's3://bucket/run-1',
  };

  test('is waited for without a Started, and evicted when the marker is there', async () => {
    await using scene = await openScene();
    scene.train({
      annotations,
      savesInSeconds: 35,
      mark: (marked, body) => objects.put('bucket', `run-1/_COMPLETE/${marked}`, body),
    });
    const [report] = await scene.send('spot-interruption-terminate', { markers });
    expect(report && resultsOf(report)).toEqual(['saved']);
    const [saved = 0] = (report && secondsOf(report, 'saved')) ?? [];
    expect(saved).toBeGreaterThan(35);
    expect(saved).toBeLessThan(95);
  });

  test('and writes none is evicted at T+95, with what was seen of the bucket', async () => {
    await using scene = await openScene();
    objects.deny('bucket');
    scene.train({ annotations, answers: 'nothing' });
    const [report] = await scene.send('spot-interruption-terminate', { markers });
    expect(report?.training).toMatchObject([
      { checkpoint: { result: 'unconfirmed', reason: expect.stringContaining('AccessDenied') } },
    ]);
    expect(report && secondsOf(report, 'unsaved')[0]).toBeGreaterThanOrEqual(95);
  });

  test('and saved on a rebalance half a minute ago is evicted at once', async () => {
    await using scene = await openScene();
    scene.train({
      annotations,
      mark: (marked, body) =>
        objects.put('bucket', `run-1/_COMPLETE/${marked}`, stamped(body, scene.clock.now())),
    });
    await scene.send('rebalance-recommendation', { markers });
    const before = scene.patches().length;
    const [report] = await scene.send('spot-interruption-terminate', { markers });
    expect(report && resultsOf(report)).toEqual(['saved']);
    expect(scene.patches()).toHaveLength(before);
  });
});

/** As `spot_checkpoint` writes it: with the time of what was saved. */
function stamped(body: string, at: Date): string {
  return JSON.stringify({ ...JSON.parse(body), at: at.toISOString() });
}
