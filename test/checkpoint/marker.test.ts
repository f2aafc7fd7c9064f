import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MarkerPlace, parsePlace } from '../../functions/checkpoint/marker-place.ts';
import { type Markers, noMarkers, s3Markers } from '../../functions/checkpoint/markers.ts';
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

function placeAt(text: string): MarkerPlace {
  const place = parsePlace(text);
  if (!place) throw new Error(`${text} is no place`);
  return place;
}

describe('a place of markers', () => {
  const at = placeAt('s3://bucket/training');

  test.each([
    ['s3://bucket/training', true],
    ['s3://bucket/training/run-1', true],
    ['s3://bucket/training-2', false],
    ['s3://bucket', false],
    ['s3://other/training', false],
  ])('below s3://bucket/training: %s is %s', (text, isReadable) => {
    expect(s3Markers({}, at).problemWith(placeAt(text)) === undefined).toBe(isReadable);
  });

  test.each(['', 'bucket/run', 's3://', 's3:///run', 's3://b*/run', 's3://bucket/run?', 's3://bucket/a$'])(
    '"%s" is none',
    (text) => {
      expect(parsePlace(text)).toBeUndefined();
    },
  );
});

describe('a marker', () => {
  test('is looked for below the prefix, under the whole id', async () => {
    expect(await markers.read(placeAt('s3://bucket/run-1/'), id)).toEqual({ type: 'absent' });
    expect(await markers.read(placeAt('s3://bucket'), id)).toEqual({ type: 'absent' });
    expect(objects.reads).toEqual([`bucket/${key}`, `bucket/_COMPLETE/${id}`]);
  });

  test('says what was saved; its age is the object’s where it says none', async () => {
    objects.put(
      'bucket',
      key,
      JSON.stringify({ id, state: 'Complete', step: 12, uri: 's3://bucket/run-1/12' }),
    );
    expect(await markers.read(placeAt('s3://bucket/run-1'), id)).toEqual({
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
    expect(await markers.read(placeAt('s3://bucket/run-1'), id)).toMatchObject({
      type: 'unreadable',
      reason: expect.stringContaining(id),
    });
  });

  test('that may not be read names the permission, and that S3 says so of an absent one too', async () => {
    objects.deny('bucket');
    expect(await markers.read(placeAt('s3://bucket/run-1'), id)).toMatchObject({
      type: 'unreadable',
      reason: expect.stringMatching(/s3:GetObject on s3:\/\/bucket\/run-1.*AccessDenied.*never written/),
    });
  });

  test('of a store that does not answer is unreadable, not an exception', async () => {
    await objects.close();
    expect(await markers.read(placeAt('s3://bucket/run-1'), id)).toMatchObject({ type: 'unreadable' });
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

  test.each([
    ['nowhere', noMarkers, 'may read no markers: deploy it with -c checkpointMarkers=s3://bucket/prefix'],
    ['elsewhere', s3Markers({}, { bucket: 'other', path: '' }), 'may read markers below s3://other only'],
  ])(
    'while the responder reads markers %s is asked, given its time and no more, and told why nobody saw',
    async (_, reads, why) => {
      await using scene = await openScene();
      scene.train({
        annotations: { ...annotations, 'spot-responder/checkpoint-timeout-seconds': '30' },
        answers: 'nothing',
      });
      const [report] = await scene.send('spot-interruption-terminate', { markers: reads });
      expect(report?.training).toMatchObject([
        { checkpoint: { result: 'unconfirmed', reason: expect.stringContaining(why) } },
      ]);
      expect(report?.moments).toContainEqual(
        expect.objectContaining({ type: 'flagged', text: expect.stringContaining(why) }),
      );
      const [unsaved = 0] = (report && secondsOf(report, 'unsaved')) ?? [];
      expect(unsaved).toBeGreaterThanOrEqual(30);
      expect(unsaved).toBeLessThan(60);
    },
  );

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
