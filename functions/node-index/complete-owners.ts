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
      const told = known.get(node.instanceId)?.value ?? (await askEc2(deps, node));
      return told ? { ...node, owner: told.owner, ...(told.pool && { pool: told.pool }) } : node;
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
