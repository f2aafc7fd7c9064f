import { Construct } from 'constructs';
import { ConfigurationError } from '../../functions/errors.ts';
import { TAG } from '../../functions/fallback/define/tags.ts';
import { POOL_KEY } from '../../functions/locate/owner.ts';
import { NodeGroup, type NodeGroupProps } from './node-group.ts';
import { poolTags, SpotNodeGroup } from './spot-node-group.ts';

export interface MixedCapacityProps extends NodeGroupProps {
  /** Name of the pool of the spot and the fallback group; unique in the cluster. */
  readonly pool: string;
  /** On-demand nodes that are always there. They are in no pool: nothing scales or drains them. @default 2 */
  readonly baselineNodes?: number;
  /** Spot nodes of the first deployment. @default 5 */
  readonly spotNodes?: number;
  /** @default 20 */
  readonly maxSpotNodes?: number;
  readonly fallback?: FallbackOptions;
  /** What all fallback groups of the pool may cost an hour. @default no limit */
  readonly maxDollarsPerHour?: number;
}

/** The on-demand group that stands in for spot. */
export interface FallbackOptions {
  /** Same GPU as the spot group's; the first that can be had is taken. @default the spot group's */
  readonly instanceTypes?: readonly string[];
  /** @default as many as there may be of spot */
  readonly maxNodes?: number;
  /** What a node costs an hour; needed with `maxDollarsPerHour`. @default unknown */
  readonly dollarsPerNodeHour?: number;
}

/**
 * On-demand nodes as a floor, spot nodes for the rest, and an empty on-demand group that the fallback fills while spot is short.
 *
 * A node group's tags do not reach its Auto Scaling group, and the fallback knows: it finds Auto Scaling groups by the
 * tag `eks:nodegroup-name` that EKS gives them, and reads ours from the node group (`functions/fallback/groups/read-groups.ts`).
 * EKS also tags each of these groups for Cluster Autoscaler's discovery, which no template can take back: where that runs, take the tag
 * from the fallback's (`docs/fallback.md`), or the two undo each other.
 * The fallback's nodes carry the spot taint, so that what runs on spot runs there, and nothing else keeps them from returning.
 *
 * @throws ConfigurationError when the types of spot and fallback differ in GPU model, which no pool may.
 */
export class MixedCapacity extends Construct {
  readonly baseline: NodeGroup;
  readonly spot: SpotNodeGroup;
  readonly fallback: NodeGroup;

  constructor(scope: Construct, id: string, props: MixedCapacityProps) {
    super(scope, id);
    const { baselineNodes = 2, fallback = {}, maxSpotNodes = 20, pool, spotNodes = 5 } = props;
    this.baseline = new NodeGroup(this, 'Baseline', {
      ...props,
      capacity: 'on-demand',
      size: { min: baselineNodes, max: baselineNodes, desired: baselineNodes },
      forSpotPods: false,
      tags: {},
    });
    const { nodeRole } = this.baseline;
    this.spot = new SpotNodeGroup(this, 'Spot', {
      ...props,
      nodeRole,
      maxSize: maxSpotNodes,
      desiredSize: spotNodes,
    });
    this.fallback = new NodeGroup(this, 'Fallback', {
      ...props,
      nodeRole,
      instanceTypes: fallback.instanceTypes ?? props.instanceTypes,
      labels: { ...props.labels, [POOL_KEY]: pool },
      capacity: 'on-demand',
      size: { min: 0, max: fallback.maxNodes ?? maxSpotNodes, desired: 0 },
      forSpotPods: true,
      tags: fallbackTags(props),
    });
    this.#check(props);
  }

  #check({ fallback = {}, maxDollarsPerHour }: MixedCapacityProps): void {
    const models = [...new Set([...this.spot.types.gpuModels, ...this.fallback.types.gpuModels])];
    const [spot, onDemand] = [this.spot.types.gpusPerNode > 0, this.fallback.types.gpusPerNode > 0];
    const problems = [
      ...(models.length > 1 || spot !== onDemand
        ? [
            `spot and fallback have different GPUs (${models.join(', ')}); a pool has one model, make one of each`,
          ]
        : []),
      ...(maxDollarsPerHour !== undefined && fallback.dollarsPerNodeHour === undefined
        ? ['maxDollarsPerHour needs fallback.dollarsPerNodeHour']
        : []),
    ];
    if (problems.length > 0) throw new ConfigurationError(`Pool ${this.node.path}: ${problems.join('. ')}.`);
  }
}

function fallbackTags(props: MixedCapacityProps): Record<string, string> {
  const { fallback = {}, maxDollarsPerHour } = props;
  return {
    ...poolTags(props.pool, props),
    [TAG.role]: 'fallback',
    ...(fallback.dollarsPerNodeHour !== undefined && {
      [TAG.dollarsPerNodeHour]: `${fallback.dollarsPerNodeHour}`,
    }),
    ...(maxDollarsPerHour !== undefined && { [TAG.maxDollarsPerHour]: `${maxDollarsPerHour}` }),
  };
}
