import { rareCases } from './rare-cases.ts';
import { advance, type Case, clean, end, missed, pod, receive, saved, scaledOut } from './sample-events.ts';
import { storm } from './storm-case.ts';

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
            'Cluster ml-prod does not know our credentials (401, also with a fresh token). Check that an EKS access entry of type STANDARD with the group spot-responder exists for the role in use (aws eks list-access-entries).',
        },
        emptiedAt: undefined,
        pods: [],
      }),
    ],
  },
  {
    name: 'unanswered',
    about: 'failed before its cluster was found: all that people hear of it',
    events: [
      end({
        cluster: undefined,
        node: undefined,
        owner: undefined,
        instanceType: undefined,
        gpus: undefined,
        zone: undefined,
        outcome: {
          type: 'failed',
          reason:
            'ec2:DescribeInstances of i-0aaaaaaaaaaaaaaa1: UnauthorizedOperation. Allow ec2:DescribeInstances to the role of the responder.',
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

export const cases: readonly Case[] = [...spot, ...others, ...rareCases];
