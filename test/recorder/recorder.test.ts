import { expect, test } from 'vitest';
import type { ObjectEvent } from '../../functions/cluster/objects.ts';
import type { ClusterPort, EventAnswer } from '../../functions/cluster/port.ts';
import { ClusterError } from '../../functions/errors.ts';
import { openRecorder } from '../../functions/recorder/recorder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

function event(number: number): ObjectEvent {
  const about = { kind: 'Node', name: 'node-1', uid: 'uid-1' } as const;
  return {
    name: `node-1.${number}`,
    about,
    type: 'Normal',
    reason: 'Cordoned',
    message: 'why',
    at: new Date(0),
  };
}

/** A cluster that answers only what a recorder asks. */
function cluster(recordEvent: ClusterPort['recordEvent']): ClusterPort {
  return { name: 'prod', recordEvent } as Partial<ClusterPort> as ClusterPort;
}

function openScene(recordEvent: ClusterPort['recordEvent']) {
  const clock = new FakeClock();
  const { log, lines } = recordingLog();
  const recorder = openRecorder({ connect: async () => cluster(recordEvent), clock, log });
  return { clock, lines, record: (number: number) => recorder.record('prod', event(number)) };
}

const overloaded: EventAnswer = { type: 'overloaded', reason: '429 Too Many Requests' };

test('at most four are under way in a cluster, the rest follow in order', async () => {
  const [asked, answers]: [string[], (() => void)[]] = [[], []];
  const scene = openScene(async ({ name }) => {
    asked.push(name);
    await new Promise<void>((resolve) => answers.push(resolve));
    return { type: 'recorded' };
  });
  const all = Array.from({ length: 6 }, (_, number) => scene.record(number));
  await new Promise(setImmediate);
  expect(asked).toHaveLength(4);
  while (asked.length < 6) {
    answers.shift()?.();
    await new Promise(setImmediate);
  }
  for (const answer of answers) answer();
  await Promise.all(all);
  expect(asked).toEqual([0, 1, 2, 3, 4, 5].map((number) => `node-1.${number}`));
});

test('a server that cannot take one is left alone for half a minute, and that is said once', async () => {
  const asked: string[] = [];
  const scene = openScene(async ({ name }) => {
    asked.push(name);
    return overloaded;
  });
  await scene.record(1);
  await scene.record(2);
  await scene.clock.advance(31_000);
  await scene.record(3);
  expect(asked).toEqual(['node-1.1', 'node-1.3']);
  expect(scene.lines).toEqual(Array(2).fill(expect.stringContaining('429 Too Many Requests')));
});

test('a missing rule is named in the log, never thrown', async () => {
  const fault = new ClusterError('forbidden', 'lacks the rule create events');
  const scene = openScene(() => Promise.reject(fault));
  await scene.record(1);
  expect(scene.lines).toEqual([expect.stringMatching(/^warn .*lacks the rule create events/)]);
});

test('one that the namespace does not take does not keep the next one away', async () => {
  const answers: EventAnswer[] = [{ type: 'refused', reason: 'terminating' }, { type: 'recorded' }];
  const asked: string[] = [];
  const scene = openScene(async ({ name }) => {
    asked.push(name);
    return answers.shift() ?? overloaded;
  });
  await scene.record(1);
  await scene.record(2);
  expect(asked).toHaveLength(2);
  expect(scene.lines).toEqual([expect.stringMatching(/^info Kubernetes Event refused/)]);
});
