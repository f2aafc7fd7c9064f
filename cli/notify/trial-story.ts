import type { Announced } from '../../functions/notify/announced.ts';
import { emptyStory, type Story, takeAnnounced } from '../../functions/notify/story.ts';

const ABOUT = 'a test by "spot-responder notify --test": no instance is interrupted, nothing is moved';

/** As every real interruption begins. */
export function sampleReceipt(now: Date): Story {
  return tell([receiptOf(now)]);
}

/** The same one, ended well. */
export function sampleEnd(now: Date): Story {
  const goneAt = new Date(now.getTime() + 31_000);
  const pods = ['7h2kd', 'x9v4p'].map((suffix) => ({
    namespace: 'test',
    name: `sample-6d5f9c7b8-${suffix}`,
    workload: 'Deployment/sample',
    result: 'evicted' as const,
    acceptedAt: now,
    goneAt,
  }));
  const detail = {
    ...factsAt(now),
    node: 'ip-10-0-0-1.test.internal',
    revision: 2,
    outcome: { type: 'emptied' as const, reason: ABOUT },
    pods,
    emptiedAt: goneAt,
    finishedAt: goneAt,
  };
  return tell([receiptOf(now), { type: 'Interruption Handled', detail }]);
}

function tell(events: readonly Announced[]): Story {
  return events.reduce(takeAnnounced, emptyStory('test'));
}

function receiptOf(now: Date): Announced {
  const response = { cordon: false, drain: false, undo: false, reason: ABOUT };
  return { type: 'Interruption Received', detail: { ...factsAt(now), revision: 1, response } };
}

function factsAt(now: Date) {
  return {
    account: '111122223333',
    region: 'test',
    cluster: 'test',
    incident: 'test',
    instanceId: 'i-00000000000000000',
    instanceType: 'g5.12xlarge',
    gpus: 4,
    zone: 'test-a',
    kind: 'spot-interruption' as const,
    action: 'terminate' as const,
    severity: 'hard' as const,
    noticedAt: now,
    deadline: new Date(now.getTime() + 120_000),
  };
}
