import type { Handled } from '../../functions/notify/story.ts';
import { type Case, end, receive } from './sample-events.ts';

/** Ends that are seldom seen. */
export const rareCases: readonly Case[] = [
  rare('cordoned-only', 'by configuration a rebalance is only cordoned', {
    kind: 'rebalance-recommendation',
    severity: 'soft',
    deadline: undefined,
    outcome: { type: 'cordoned', reason: 'a rebalance recommendation is only cordoned' },
  }),
  rare('cancelled', 'EC2 took a scheduled change back', {
    kind: 'scheduled-change',
    severity: 'soft',
    deadline: undefined,
    outcome: { type: 'uncordoned' },
  }),
  rare('superseded', 'an interruption came while a rebalance was being answered', {
    kind: 'rebalance-recommendation',
    severity: 'soft',
    deadline: undefined,
    outcome: { type: 'superseded', reason: 'a spot interruption has taken its place' },
  }),
  rare('node-gone', 'its node had left the cluster before', {
    outcome: { type: 'node-gone', reason: 'no node of cluster ml-prod has instance i-0aaaaaaaaaaaaaaa1' },
  }),
  rare('too-late', 'the event came after its own deadline', {
    outcome: { type: 'too-late', reason: 'the deadline passed 41 s before the event came' },
  }),
  {
    name: 'two-clusters',
    about: 'its tags name two clusters: nobody may guess',
    events: [
      end({
        cluster: undefined,
        node: undefined,
        owner: undefined,
        emptiedAt: undefined,
        pods: [],
        outcome: {
          type: 'ambiguous',
          reason: 'tags of the instance name 2 clusters: ml-batch, ml-prod',
        },
      }),
    ],
  },
];

function rare(name: string, about: string, part: Partial<Handled>): Case {
  const { outcome, ...facts } = part;
  return {
    name,
    about,
    events: [receive(facts), end({ ...facts, ...(outcome && { outcome }), emptiedAt: undefined, pods: [] })],
  };
}
