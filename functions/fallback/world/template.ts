import type { ClusterNode } from '../../cluster/objects.ts';
import { TAINT_KEY } from '../../drain/taint.ts';
import type { NodeTemplate } from './waiting-pods.ts';

/** Set by Kubernetes or us on one node for a while; a new node comes without. */
const PASSING = [/^node\.kubernetes\.io\//, /^node\.cloudprovider\.kubernetes\.io\//];

export function templateOf({ labels, taints }: ClusterNode): NodeTemplate {
  const lasting = taints.filter(
    ({ effect, key }) =>
      effect !== 'PreferNoSchedule' && key !== TAINT_KEY && !PASSING.some((each) => each.test(key)),
  );
  return { labels, taints: lasting };
}
