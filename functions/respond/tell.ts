import { readOptIn } from '../checkpoint/opt-in.ts';
import type { Pod } from '../cluster/objects.ts';
import { findNode } from '../drain/find-node.ts';
import { AwsCallError, ClusterError } from '../errors.ts';
import type { Outcome } from './report.ts';
import { saveAndStay } from './save-training.ts';
import type { NodeResult, Scene } from './scene.ts';

/**
 * The node is left to itself or to its owner, and people are told. Training on it is asked to save all the same: one
 * list more where there is none. A cluster that cannot be asked makes the message longer, not a failure: nothing in
 * it was to be changed.
 */
export async function tellAndSave(offstage: Omit<Scene, 'cluster'>): Promise<NodeResult> {
  const { deps, instance, interruption, response } = offstage;
  const told = (more = ''): Outcome => ({ type: 'told', reason: `${response.reason}${more}` });
  const isLate = interruption.deadline && interruption.deadline <= deps.clock.now();
  if (response.checkpoint === 'none' || isLate) return { outcome: told(), requests: {} };
  try {
    const cluster = await deps.connect(instance.clusterName);
    const found = await findTraining({ ...offstage, cluster });
    if (!found) return { outcome: told(), requests: cluster.requestCounts() };
    const training = await saveAndStay({ ...offstage, cluster }, found.nodeName, found.pods);
    return {
      outcome: told(),
      nodeName: found.nodeName,
      requests: cluster.requestCounts(),
      ...(training.length > 0 && { training }),
    };
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof AwsCallError)) throw error;
    deps.log.warn('Training could not be asked to save', { error: error.message });
    return { outcome: told(`; training could not be asked to save: ${error.message}`), requests: {} };
  }
}

/** The node's name is only a hint until its `spec.providerID` was read: that is done where somebody trains on it. */
async function findTraining({
  cluster,
  instance,
}: Scene): Promise<{ nodeName: string; pods: readonly Pod[] } | undefined> {
  const hint = instance.nodeNameHint;
  const hinted = hint ? (await cluster.listPodsOnNode(hint)).pods : undefined;
  if (hinted && !hinted.some(isTraining)) return undefined;
  const node = await findNode(cluster, instance);
  if (!node) return undefined;
  const pods = hinted && node.name === hint ? hinted : (await cluster.listPodsOnNode(node.name)).pods;
  return { nodeName: node.name, pods };
}

function isTraining(pod: Pod): boolean {
  return readOptIn(pod).type !== 'not-training';
}
