import { expect, test } from 'vitest';
import {
  type Continuation,
  encodeContinuation,
  isContinuation,
  parseContinuation,
} from '../../functions/continuation/continuation.ts';
import { MalformedSignalError } from '../../functions/errors.ts';
import { anInterruption } from '../support/interruptions.ts';

const { instanceId } = anInterruption();
const whole: Continuation = {
  interruption: anInterruption({
    hook: { autoScalingGroup: 'gpu', hookName: 'drain', token: 't-1' },
  }),
  dueAt: new Date('2026-11-20T10:15:00Z'),
  resumes: {
    incidentId: 'i-1/terminate-hook/1',
    run: 2,
    instance: {
      instanceId,
      clusterName: 'demo',
      owner: { type: 'managed-node-group', nodeGroup: 'gpu' },
      nodeNameHint: 'ip-10-0-0-1.internal',
      instanceType: 'g5.xlarge',
      zone: 'us-east-2a',
      region: 'us-east-2',
    },
  },
};
const { deadline: _, ...soft } = anInterruption({ kind: 'rebalance-recommendation', severity: 'soft' });

test.each([
  ['a drain that goes on', whole],
  ['a notice for later', { interruption: soft, dueAt: whole.dueAt }],
])('%s comes back from the queue as it was left', (_name, continuation) => {
  const body: unknown = JSON.parse(encodeContinuation(continuation));
  expect(isContinuation(body)).toBe(true);
  expect(parseContinuation(body)).toEqual(continuation);
});

test.each([null, 'text', {}, { source: 'aws.ec2' }])('%o is none', (body) => {
  expect(isContinuation(body)).toBe(false);
});

test.each<[string, object]>([
  ['version', { version: 2 }],
  ['dueAt', { dueAt: 'tomorrow' }],
  ['interruption.instanceId', { interruption: { ...whole.interruption, instanceId: 'web-1' } }],
  ['resumes.run', { resumes: { ...whole.resumes, run: 'two' } }],
])('an unreadable %s is named', (field, part) => {
  const body = { ...JSON.parse(encodeContinuation(whole)), ...part };
  expect(() => parseContinuation(body)).toThrow(MalformedSignalError);
  expect(() => parseContinuation(body)).toThrow(`"${field}"`);
});
