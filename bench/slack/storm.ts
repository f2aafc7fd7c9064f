import { type Announced, readDetail } from '../../functions/notify/announced.ts';

/** One event, and when it is put on the bus, in seconds from the start of the storm. */
export interface Timed {
  readonly afterSeconds: number;
  readonly announced: Announced;
}

export interface StormOptions {
  readonly interruptions: number;
  /** Each has a conversation of its own, all in one channel. */
  readonly clusters: number;
  /** Over which the notices are spread. */
  readonly seconds: number;
  readonly start: Date;
  readonly random: () => number;
}

/** Each interruption: receipt, three times progress, end; every tenth ends with a pod that could not be moved. */
export function makeStorm({
  clusters,
  interruptions,
  seconds,
  start,
  random,
}: StormOptions): readonly Timed[] {
  return Array.from({ length: interruptions }, (_, at) => {
    const noticedAfter = (at / interruptions) * seconds;
    return makeInterruption(at, clusterOf(at, clusters), noticedAfter, start, random);
  }).flat();
}

/** Also what its line in the conversation is found by. */
function nodeName(number: number): string {
  return `ip-10-1-${Math.floor(number / 200)}-${number % 200}`;
}

const PODS = 8;

function clusterOf(number: number, clusters: number): string {
  return clusters === 1 ? 'ml-prod' : `ml-prod-${(number % clusters) + 1}`;
}

function makeInterruption(
  number: number,
  cluster: string,
  noticedAfter: number,
  start: Date,
  random: () => number,
): readonly Timed[] {
  const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
  const noticedAt = at(noticedAfter);
  const instanceId = `i-0${(number + 1).toString(16).padStart(16, 'c')}`;
  const facts = {
    account: '111122223333',
    region: 'us-east-2',
    cluster,
    incident: `${instanceId}/spot-interruption/${Math.floor(noticedAt.getTime() / 1000)}`,
    instanceId,
    node: `${nodeName(number)}.us-east-2.compute.internal`,
    instanceType: 'g5.12xlarge',
    gpus: 4,
    zone: `us-east-2${'abc'[number % 3]}`,
    owner: { type: 'managed-node-group', name: 'gpu-spot' },
    kind: 'spot-interruption',
    action: 'terminate',
    severity: 'hard',
    noticedAt,
    deadline: at(noticedAfter + 120),
  };
  const endsAfter = noticedAfter + 40 + random() * 50;
  const event = (afterSeconds: number, type: Announced['type'], sequence: number, detail: object): Timed => ({
    afterSeconds,
    announced: readDetail(type, { ...facts, ...detail, revision: 1_000_000 + sequence }),
  });
  const response = { cordon: true, drain: true, undo: false, reason: 'the instance goes' };
  const progress = [1, 2, 3].map((step) =>
    event(noticedAfter + 2 + step * 5, 'Interruption Progress', step, {
      stage: 'draining',
      pods: { total: PODS, stopping: PODS, gone: step * 2 },
      workloads: [{ namespace: 'inference', name: 'Deployment/llm', pods: PODS }],
      blockers: [],
    }),
  );
  return [
    event(noticedAfter + 1, 'Interruption Received', 0, { response }),
    ...progress,
    event(endsAfter, 'Interruption Handled', 4, endOf(number, at(endsAfter))),
  ];
}

function endOf(number: number, finishedAt: Date) {
  const isBlocked = number % 10 === 9;
  const pods = Array.from({ length: PODS }, (_, at) => ({
    namespace: 'inference',
    name: `llm-6d5f9c7b8-${number.toString(36).padStart(3, '0')}${at.toString(36).padStart(2, '0')}`,
    workload: 'Deployment/llm',
    ...(isBlocked && at === 0
      ? { result: 'blocked', reason: 'budget llm', budgets: ['llm'] }
      : { result: 'evicted', acceptedAt: finishedAt, goneAt: finishedAt }),
  }));
  return {
    outcome: { type: isBlocked ? 'blocked' : 'emptied' },
    pods,
    finishedAt,
    ...(!isBlocked && { emptiedAt: finishedAt }),
  };
}
