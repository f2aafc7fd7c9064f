import type { LocatedInstance } from '../locate/located.ts';
import type { InstanceId } from '../signals/interruption.ts';
import type { IndexPassDeps } from './deps.ts';
import type { Stored } from './row.ts';

/**
 * Labels name the owner of most nodes. For the others (self-managed groups) the instance's tags are asked for, once:
 * afterwards the index itself knows.
 */
export async function completeOwners(
  deps: Pick<IndexPassDeps, 'ec2' | 'log'>,
  nodes: readonly LocatedInstance[],
  known: ReadonlyMap<InstanceId, Stored<LocatedInstance>>,
): Promise<readonly LocatedInstance[]> {
  return Promise.all(
    nodes.map(async (node) => {
      if (node.owner.type !== 'unknown') return node;
      const indexed = known.get(node.instanceId)?.value;
      // An older version did not write down how the instance is paid for.
      const told = indexed?.capacity ? indexed : ((await askEc2(deps, node)) ?? indexed);
      if (!told) return node;
      const { capacity = node.capacity, owner, pool } = told;
      return { ...node, owner, ...(capacity && { capacity }), ...(pool && { pool }) };
    }),
  );
}

/** An entry without an owner is better than none: the owner matters for what is said, the labels for what is done. */
async function askEc2(
  { ec2, log }: Pick<IndexPassDeps, 'ec2' | 'log'>,
  { clusterName, instanceId }: LocatedInstance,
): Promise<LocatedInstance | undefined> {
  try {
    const location = await ec2.locate(instanceId);
    const agrees = location.type === 'located' && location.instance.clusterName === clusterName;
    return agrees ? location.instance : undefined;
  } catch (error) {
    log.warn('Owner not found in EC2', { instance: instanceId, error: String(error) });
    return undefined;
  }
}
