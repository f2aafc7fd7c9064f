import type { SimulatedAccount } from '../../../simulator/account/account.ts';
import type { SimulatedAutoScalingGroup } from '../../../simulator/account/state.ts';
import type { SimulatedCluster } from '../../../simulator/cluster/cluster.ts';

export const CLUSTER = 'demo';

export interface SceneOptions {
  readonly tags?: Readonly<Record<string, string>>;
  readonly spot?: Partial<SimulatedAutoScalingGroup>;
  readonly fallbacks?: readonly (Partial<SimulatedAutoScalingGroup> & { readonly name: string })[];
  readonly bootMinutes?: number;
}

/** A spot group of two nodes and the fallback groups behind it. */
export function seedGroups(account: SimulatedAccount, { fallbacks, spot, tags }: SceneOptions): void {
  const common = {
    'eks:cluster-name': CLUSTER,
    'spot-responder/pool': 'a10g',
    'spot-responder/boot-minutes': '3',
    ...tags,
  };
  const zones = ['us-east-2a'];
  account.addAutoScalingGroup({
    name: 'spot',
    desired: 2,
    min: 0,
    max: 4,
    instanceType: 'g5.12xlarge',
    spot: true,
    zones,
    ...spot,
    tags: { ...common, 'spot-responder/role': 'spot', ...spot?.tags },
  });
  for (const fallback of fallbacks ?? [{ name: 'on-demand' }])
    account.addAutoScalingGroup({
      desired: 0,
      min: 0,
      max: 3,
      instanceType: 'g5.12xlarge',
      zones,
      ...fallback,
      tags: { ...common, 'spot-responder/role': 'fallback', ...fallback.tags },
    });
}

/** What the responder's cordon leaves on the node of an interrupted instance. */
export function doomNode(cluster: SimulatedCluster, instanceId: string, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000);
  cluster.changeNode(`node-${instanceId}`, (node) => ({
    ...node,
    metadata: {
      ...node.metadata,
      annotations: {
        ...node.metadata.annotations,
        'spot-responder/cordon': JSON.stringify({ incident: `${instanceId}/spot-interruption/${seconds}` }),
      },
    },
    spec: {
      ...node.spec,
      unschedulable: true,
      taints: [
        ...(node.spec.taints ?? []),
        { key: 'spot-responder/interruption', value: 'spot-interruption', effect: 'NoSchedule' },
      ],
    },
  }));
}
