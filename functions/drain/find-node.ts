import type { ClusterNode } from '../cluster/objects.ts';
import type { ClusterPort } from '../cluster/port.ts';

export interface NodeIdentity {
  readonly instanceId: string;
  /** The node's usual name; may be old, or another instance's by now. */
  readonly nodeNameHint?: string;
}

/** The instance's node. Names are reused and hints may be old: only `spec.providerID` says whose node it is. */
export async function findNode(
  cluster: ClusterPort,
  { instanceId, nodeNameHint }: NodeIdentity,
  signal?: AbortSignal,
): Promise<ClusterNode | undefined> {
  const isOurs = (node: ClusterNode) => node.providerId.endsWith(`/${instanceId}`);
  const hinted = nodeNameHint ? await cluster.getNode(nodeNameHint, signal) : undefined;
  if (hinted && isOurs(hinted)) return hinted;
  for await (const node of cluster.listNodes(signal)) if (isOurs(node)) return node;
  return undefined;
}
