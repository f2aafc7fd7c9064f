import type { SimulatedAccount } from '../../../simulator/account/account.ts';
import { poolGroup } from '../../../simulator/account/pool-groups.ts';
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
  const add = (role: 'spot' | 'fallback', part: Partial<SimulatedAutoScalingGroup> & { name: string }) => {
    const says = { 'boot-minutes': '3' };
    const group = poolGroup({ name: part.name, cluster: CLUSTER, pool: 'a10g', role, says });
    account.addAutoScalingGroup({ ...group, ...part, tags: { ...group.tags, ...tags, ...part.tags } });
  };
  add('spot', { name: 'spot', ...spot });
  for (const fallback of fallbacks ?? [{ name: 'on-demand' }]) add('fallback', { max: 3, ...fallback });
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
