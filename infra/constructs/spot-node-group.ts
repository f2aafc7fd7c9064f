import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TAG } from '../../functions/fallback/define/tags.ts';
import { POOL_KEY } from '../../functions/locate/owner.ts';
import { narrowChoices } from '../node-groups/interchangeable.ts';
import { NodeGroup, type NodeGroupProps } from './node-group.ts';

export interface SpotNodeGroupProps extends NodeGroupProps {
  /** @default 0 */
  readonly minSize?: number;
  /** @default 20 */
  readonly maxSize?: number;
  /** Of the first deployment. @default 5 */
  readonly desiredSize?: number;
  /** The fallback's pool that it is the spot side of; nodes and node group carry it. @default none */
  readonly pool?: string;
}

/**
 * Spot nodes that are labelled `capacity-type: spot` and take only pods that tolerate `capacity-type=spot:NoSchedule`. EKS
 * chooses where there is most capacity: `price-capacity-optimized` since Kubernetes 1.28, `capacity-optimized` before;
 * a managed node group has no setting for it. With few types or zones a warning says what they cost.
 *
 * @throws ConfigurationError when a pod that runs on one of the types does not run on each.
 */
export class SpotNodeGroup extends NodeGroup {
  constructor(scope: Construct, id: string, props: SpotNodeGroupProps) {
    const { desiredSize = 5, labels, maxSize = 20, minSize = 0, pool } = props;
    super(scope, id, {
      ...props,
      ...(pool !== undefined && { labels: { ...labels, [POOL_KEY]: pool } }),
      capacity: 'spot',
      size: { min: minSize, max: maxSize, desired: desiredSize },
      forSpotPods: true,
      tags: pool === undefined ? {} : { ...poolTags(pool, props), [TAG.role]: 'spot' },
    });
    const { availabilityZones } = props.vpc.selectSubnets(props.vpcSubnets);
    for (const { id: choice, text } of narrowChoices(props.instanceTypes, availabilityZones))
      Annotations.of(this).addWarningV2(`spot-responder:${choice}`, text);
  }
}

/** What both sides of a pool say. Read by `functions/fallback/define/`. */
export function poolTags(
  pool: string,
  { gpusPerNode }: Pick<NodeGroupProps, 'gpusPerNode'>,
): Record<string, string> {
  return { [POOL_KEY]: pool, ...(gpusPerNode !== undefined && { [TAG.gpusPerNode]: `${gpusPerNode}` }) };
}
