import type { Pod } from '../../cluster/objects.ts';
import type { DrainPlan, PodDecision } from '../../drain/outcome.ts';
import { planDrain } from '../../drain/plan.ts';

/**
 * How a node is emptied on the way back to spot. Nothing presses: budgets and the owner's wish not to be moved hold, and
 * training is not moved while it runs. But the node is emptied for good, so pods with an emptyDir move.
 */
export function planReturn(pods: readonly Pod[]): DrainPlan {
  return planDrain(pods, { severity: 'soft', checkpoint: 'save-and-stay', movesEmptyDirs: true });
}

/** Why the node cannot be emptied now: the first pod that must stay, with its reason. */
export function whyStay({ decisions }: DrainPlan): string | undefined {
  for (const decision of decisions) {
    const reason = whyPodStays(decision);
    if (reason) return `${decision.pod.namespace}/${decision.pod.name}: ${reason}`;
  }
  return undefined;
}

/** Pods that have to be gone before the node is empty. */
export function countPodsLeft({ decisions }: DrainPlan): number {
  return decisions.filter(({ action }) => action !== 'skip').length;
}

function whyPodStays(decision: PodDecision): string | undefined {
  if (decision.action === 'evict' && decision.training?.result === 'not-opted-in')
    return 'trains without checkpoints, an eviction would lose its work';
  if (decision.action !== 'skip') return undefined;
  switch (decision.reason) {
    case 'do-not-evict':
      return 'must not be disrupted, by its annotation';
    case 'bare-pod-on-soft-signal':
      return 'no controller would create it anew';
    case 'training-stays':
      return 'is training';
    default:
      return undefined;
  }
}
