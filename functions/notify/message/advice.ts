import { isLossy } from '../level.ts';
import type { Facts, Handled } from '../story.ts';
import { code } from './mrkdwn.ts';

/** What a person should do next; empty when nothing needs doing. */
export function adviseOn({ outcome, pods }: Handled, facts: Facts): string[] {
  switch (outcome.type) {
    case 'blocked':
      return facts.severity === 'hard'
        ? adviseOnBudgets(pods, 'was lost with its node')
        : adviseOnBudgets(pods, 'is still on its node');
    case 'still-terminating':
      return [
        'Make these pods stop faster on SIGTERM, or save and hand over earlier: a spot notice is two minutes.',
      ];
    case 'ambiguous':
      return [`Leave the tags of one cluster only on instance ${code(facts.instanceId)}.`];
    case 'too-late':
      return [
        'Look at its pods: they went with the instance. Was the event delayed, or the responder switched off?',
      ];
    case 'failed':
      return facts.cluster === undefined
        ? [
            `Mend what is named above, then look at instance ${code(facts.instanceId)}: if it was a node of yours, its pods went with it.`,
          ]
        : [];
    case 'cordoned':
    case 'told':
      return facts.severity === 'soft' && facts.deadline
        ? ['Replace the node before its date, for example by a rolling update of its node group.']
        : [];
    case 'emptied':
    case 'uncordoned':
    case 'superseded':
    case 'node-gone':
      return adviseOnLosses(pods);
  }
}

function adviseOnBudgets(pods: Handled['pods'], fate: string): string[] {
  const guards = new Map(
    pods.flatMap(({ budgets = [], namespace }) => {
      const names = budgets.map((name) => code(`${namespace}/${name}`)).join(' and ');
      return budgets.length > 0 ? [[names, budgets.length] as const] : [];
    }),
  );
  if (guards.size === 0) return [`What could not be moved ${fate}: see the thread for each pod.`];
  return [...guards]
    .slice(0, 3)
    .map(([names, count]) =>
      count === 1
        ? `Let budget ${names} allow one disruption, or run one replica more: its pod ${fate}.`
        : `Let only one of the budgets ${names} select their pod: Kubernetes evicts none that several select. It ${fate}.`,
    );
}

function adviseOnLosses(pods: Handled['pods']): string[] {
  const lossy = pods.filter(isLossy);
  const isBare = lossy.some(({ hazards = [] }) => hazards.includes('no-controller'));
  const isForced = lossy.some(({ result }) => result === 'deleted');
  return [
    ...(isBare ? ['Start the pods without a controller again by hand, or give them one.'] : []),
    ...(isForced ? adviseOnBudgets(lossy, 'was deleted past it at the last moment').slice(0, 1) : []),
  ];
}
