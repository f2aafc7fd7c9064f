import type { Fallback } from '../../functions/notify/story.ts';
import { refused, scaledOut } from './sample-events.ts';

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
