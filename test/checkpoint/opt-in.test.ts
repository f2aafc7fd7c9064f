import { expect, test } from 'vitest';
import { readOptIn, readOptions } from '../../functions/checkpoint/opt-in.ts';
import { barePod, podWith } from '../drain/scene.ts';

const labelled = (value?: string) => (value === undefined ? {} : { 'spot-responder/checkpoint': value });
const ofJob = (labels = {}, gpus = 1) =>
  podWith({ gpus, labels, owner: { kind: 'Job', name: 'llm', uid: 'job', controller: true } });

test.each([
  ['the label', ofJob(labelled('enabled')), 'opted-in'],
  ['the label on a pod without GPUs or owner', barePod({ labels: labelled('enabled') }), 'opted-in'],
  ['a GPU Job without the label', ofJob(), 'unprotected'],
  ['a GPU Job with another value', ofJob(labelled('true')), 'unprotected'],
  ['a GPU Job that opted out', ofJob(labelled('disabled')), 'not-training'],
  ['a Job without GPUs', ofJob({}, 0), 'not-training'],
  ['a Deployment with GPUs', podWith({ gpus: 1 }), 'not-training'],
  ['a GPU pod of a Ray cluster', podWith({ gpus: 8, labels: { 'ray.io/cluster': 'a' } }), 'unprotected'],
])('%s', (_, pod, type) => {
  expect(readOptIn(pod).type).toBe(type);
});

test('who is unprotected is told what to change', () => {
  expect(readOptIn(ofJob())).toMatchObject({
    reason: 'no label spot-responder/checkpoint; enabled lets it save first, disabled ends this note',
  });
  expect(readOptIn(ofJob(labelled('true')))).toMatchObject({
    reason: expect.stringContaining('label spot-responder/checkpoint is "true"'),
  });
});

const readable = () => undefined;
const withOptions = (annotations: Record<string, string>) =>
  readOptions([podWith({ labels: labelled('enabled'), annotations })], readable);

test('without options the job acknowledges by annotation and has what the notice has room for', () => {
  expect(withOptions({})).toEqual({ acknowledging: { by: 'annotation' }, warnings: [] });
});

test.each([
  [{ 'spot-responder/checkpoint-ack': 'annotation' }, { acknowledging: { by: 'annotation' } }],
  [
    { 'spot-responder/checkpoint-ack': 'none' },
    { acknowledging: { by: 'none', why: 'the job acknowledges nothing' } },
  ],
  [
    { 'spot-responder/checkpoint-ack': '{"id":"i-1/spot-interruption/1","state":"Started"}' },
    { acknowledging: { by: 'annotation' } },
  ],
  [
    {
      'spot-responder/checkpoint-ack': 'marker',
      'spot-responder/checkpoint-marker': 's3://bucket/run-1',
    },
    { acknowledging: { by: 'marker', place: { bucket: 'bucket', path: 'run-1' } } },
  ],
  [{ 'spot-responder/checkpoint-timeout-seconds': '45' }, { timeoutSeconds: 45 }],
])('%o', (annotations, expected) => {
  const options = withOptions(annotations);
  expect(options).toMatchObject(expected);
  expect(options.warnings).toEqual([]);
});

test.each([
  [
    { 'spot-responder/checkpoint-timeout-seconds': '1m' },
    '"1m", not a whole number of seconds from 1 to 3600',
  ],
  [{ 'spot-responder/checkpoint-timeout-seconds': '0' }, '"0", not a whole number'],
  [{ 'spot-responder/checkpoint-timeout-seconds': '' }, '"", not a whole number'],
  [{ 'spot-responder/checkpoint-ack': 'yes' }, '"yes"; it may be annotation, marker or none'],
  [{ 'spot-responder/checkpoint-ack': 'marker' }, 'checkpoint-marker is "", not s3://bucket/prefix'],
  [
    { 'spot-responder/checkpoint-ack': 'marker', 'spot-responder/checkpoint-marker': '/mnt/run' },
    'checkpoint-marker is "/mnt/run", not s3://bucket/prefix',
  ],
])('%o is told, and does not stop the save', (annotations, problem) => {
  const { warnings, timeoutSeconds } = withOptions(annotations);
  expect(warnings).toEqual([expect.stringContaining(problem)]);
  expect(timeoutSeconds).toBeUndefined();
});

test("a gang's options are those of its first pod that opted in", () => {
  const silent = { 'spot-responder/checkpoint-ack': 'none' };
  const pods = [podWith({ annotations: silent }), podWith({ labels: labelled('enabled') })];
  expect(readOptions(pods, readable).acknowledging).toEqual({ by: 'annotation' });
});
