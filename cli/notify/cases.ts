import { readFileSync } from 'node:fs';
import type { Announced } from '../../functions/notify/announced.ts';
import { readAnnounced } from '../../functions/notify/announced.ts';
import type { Checkpoint, Fallback, Handled, Progress, Received } from '../../functions/notify/story.ts';

/** A conversation to look at: what was announced, and what it shows. */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly events: readonly Announced[];
}

const received = sample('interruption-received') as { detail: Received };
const progress = sample('interruption-progress') as { detail: Progress };
const handled = sample('interruption-handled') as { detail: Handled };
const saved = sample('checkpoint-completed') as { detail: Checkpoint };
const missed = sample('checkpoint-missed') as { detail: Checkpoint };
const scaledOut = sample('fallback-decided') as { detail: Fallback };
const refused = sample('fallback-refused') as { detail: Fallback };
const clean = handled.detail.pods.filter(({ result, hazards }) => result !== 'deleted' && !hazards);

const spot: readonly Case[] = [
  { name: 'receipt', about: 'posted within seconds of the notice', events: [receive()] },
  {
    name: 'cordoned',
    about: 'the same message, edited',
    events: [
      receive(),
      advance({ stage: 'cordoned', pods: { total: 0, stopping: 0, gone: 0 }, workloads: [], blockers: [] }),
    ],
  },
  { name: 'draining', about: 'a budget holds one pod back', events: [receive(), advance({})] },
  { name: 'emptied', about: 'nothing was lost', events: [receive(), end({ pods: clean })] },
  {
    name: 'emptied-with-losses',
    about: 'one pod past its budget, one that nothing recreates',
    events: [receive(), end({})],
  },
  {
    name: 'still-terminating',
    about: 'pods did not stop in time',
    events: [
      receive(),
      end({
        outcome: { type: 'still-terminating' },
        emptiedAt: undefined,
        pods: [
          pod('training', 'finetune-7nnnl', 'still-terminating', {
            workload: 'Job/finetune',
            reason: 'evictable',
          }),
          ...clean,
        ],
      }),
    ],
  },
  {
    name: 'blocked',
    about: 'a budget never allowed it; the channel is told once more',
    events: [
      receive(),
      end({
        outcome: { type: 'blocked' },
        emptiedAt: undefined,
        pods: [
          pod('inference', 'llm-6d5f9c7b8-x2x7k', 'blocked', {
            workload: 'Deployment/llm',
            budgets: ['llm', 'gpu-floor'],
            reason:
              'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
          }),
          ...clean,
        ],
      }),
    ],
  },
  {
    name: 'failed',
    about: 'something an operator must mend, with the remedy',
    events: [
      receive(),
      end({
        outcome: {
          type: 'failed',
          reason:
            'cluster ml-prod refuses our token (401). Create an access entry of type STANDARD for the role spot-responder with the group "spot-responder": spot-responder enroll ml-prod',
        },
        emptiedAt: undefined,
        pods: [],
      }),
    ],
  },
];

const others: readonly Case[] = [
  {
    name: 'told-only',
    about: 'Karpenter drains its own nodes',
    events: [
      receive({
        owner: { type: 'karpenter', name: 'gpu' },
        response: { cordon: false, drain: false, undo: false, reason: 'Karpenter drains its own nodes' },
      }),
      end({
        owner: { type: 'karpenter', name: 'gpu' },
        outcome: { type: 'told', reason: 'Karpenter drains its own nodes' },
        pods: [],
        emptiedAt: undefined,
      }),
    ],
  },
  {
    name: 'scheduled-change',
    about: 'a soft signal with a date',
    events: [
      receive({
        kind: 'scheduled-change',
        severity: 'soft',
        deadline: new Date('2026-11-27T13:00:00Z'),
        response: { cordon: false, drain: false, undo: false, reason: 'the change is scheduled for later' },
      }),
    ],
  },
  {
    name: 'training',
    about: 'one gang saved, one did not answer; on-demand takes over',
    events: [
      receive(),
      { type: 'Checkpoint Completed', detail: saved.detail },
      { type: 'Checkpoint Missed', detail: missed.detail },
      { type: 'Fallback Decided', detail: scaledOut.detail },
      end({ pods: clean }),
    ],
  },
  { name: 'storm-under-way', about: '40 nodes of one cluster within a minute', events: storm(40, 22) },
  { name: 'storm-over', about: 'the same conversation at its end', events: storm(40, 40) },
  { name: 'two-nodes', about: 'a small storm lists its nodes', events: storm(2, 2) },
];

export const cases: readonly Case[] = [...spot, ...others];

/** Decisions of a pool have a conversation of their own. */
export const fallbackCases: readonly Fallback[] = [
  scaledOut.detail,
  refused.detail,
  {
    ...refused.detail,
    action: 'scale-out',
    revision: 121,
    reason: '8 GPUs are short; the first group is out of capacity, the next one is asked',
    launches: [{ group: 'gpu-on-demand-b', desired: 2 }],
    refusals: [{ reason: 'CAPACITY', group: 'gpu-on-demand', until: new Date('2026-11-20T10:11:00Z') }],
    shortGpus: 0,
    dollarsPerHour: 11.34,
  },
  {
    ...scaledOut.detail,
    action: 'release',
    revision: 130,
    reason: 'spot has covered the largest recent shortage for 34 minutes',
    launches: [],
    nodes: ['ip-10-0-2-7.us-east-2.compute.internal'],
    fallbackNodes: 1,
    dollarsPerHour: 5.67,
  },
  {
    ...scaledOut.detail,
    action: 'terminate',
    revision: 131,
    reason: 'drained; the pool runs on spot again',
    launches: [],
    nodes: ['ip-10-0-2-7.us-east-2.compute.internal'],
    fallbackNodes: 1,
    dollarsPerHour: 0,
  },
];

function receive(part: Partial<Received> = {}): Announced {
  return { type: 'Interruption Received', detail: { ...received.detail, ...part } };
}

function advance(part: Partial<Progress>): Announced {
  return { type: 'Interruption Progress', detail: { ...progress.detail, ...part } };
}

function end(part: Partial<Handled>): Announced {
  return { type: 'Interruption Handled', detail: { ...handled.detail, ...part } };
}

function pod(
  namespace: string,
  name: string,
  result: Handled['pods'][number]['result'],
  part: Partial<Handled['pods'][number]>,
): Handled['pods'][number] {
  return { namespace, name, result, ...part };
}

/** `size` nodes; `ended` of them are done, every ninth with a pod that could not be moved. */
function storm(size: number, ended: number): readonly Announced[] {
  return Array.from({ length: size }, (_, at): readonly Announced[] => {
    const instanceId = `i-0${(at + 1).toString(16).padStart(16, 'b')}`;
    const identity = {
      incident: `${instanceId}/spot-interruption/1795168805`,
      instanceId,
      zone: `us-east-2${'abc'[at % 3]}`,
      instanceType: at % 4 === 0 ? 'g5.48xlarge' : 'g5.12xlarge',
    };
    const node = `ip-10-0-${3 + Math.floor(at / 100)}-${20 + (at % 100)}.us-east-2.compute.internal`;
    const emptiedAt = new Date(handled.detail.finishedAt.getTime() - at * 700);
    const stuck = pod('inference', `llm-6d5f9c7b8-${at.toString(36).padStart(5, 'q')}`, 'blocked', {
      budgets: ['llm'],
      reason: 'budget llm',
    });
    const wrong = { outcome: { type: 'blocked' as const }, emptiedAt: undefined, pods: [stuck, ...clean] };
    return at < ended
      ? [receive(identity), end({ ...identity, node, pods: clean, emptiedAt, ...(at % 9 === 8 && wrong) })]
      : [receive(identity), advance({ ...identity, node, blockers: [] })];
  }).flat();
}

function sample(name: string): Announced {
  const file = new URL(`../../events/announced/${name}.json`, import.meta.url);
  const announced = readAnnounced(JSON.parse(readFileSync(file, 'utf8')));
  if (announced.type === 'ignored') throw new RangeError(`${name}.json: ${announced.reason}`);
  return announced;
}
