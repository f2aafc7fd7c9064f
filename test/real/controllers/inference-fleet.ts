import type { V1Node } from '@kubernetes/client-node';
import { loadEvents } from '../../../cli/replay/load-events.ts';
import { replayOnCluster } from '../../../cli/replay/on-cluster.ts';
import { nodeObject, spotNode } from '../../../controlplane/fleet/nodes.ts';
import groups from '../../infra/synthesised-groups.json' with { type: 'json' };
import type { TestPlane } from '../../support/control-plane.ts';

/** What a node of the inference pool is for. */
export type Role = 'spot' | 'baseline' | 'fallback';

const ZONES = ['us-east-2a', 'us-east-2b', 'us-east-2c'];
/** As the constructs synthesise them, which a test holds: what a node carries is what they and EKS give it. */
const GROUPS = { spot: groups.Spot, baseline: groups.Baseline, fallback: groups.Fallback };

/** The n-th node of an inference fleet, with one GPU, as its node group registers it. */
export function inferenceNode(number: number, role: Role): V1Node {
  const group = GROUPS[role];
  const zone = ZONES[number % ZONES.length] ?? '';
  const node = nodeObject({ ...spotNode(number), zone });
  const resources = { ...node.status?.allocatable, 'nvidia.com/gpu': '1' };
  return {
    ...node,
    metadata: {
      ...node.metadata,
      labels: {
        ...node.metadata?.labels,
        'eks.amazonaws.com/nodegroup': `inference-${role}`,
        'eks.amazonaws.com/capacityType': group.CapacityType,
        'node.kubernetes.io/instance-type': group.InstanceTypes[number % group.InstanceTypes.length] ?? '',
        ...group.Labels,
      },
    },
    spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), ...group.Taints.map(toTaint)] },
    status: { capacity: resources, allocatable: resources },
  };
}

/** EKS writes effects in its own way. */
function toTaint({ Effect, Key, Value }: (typeof groups.Spot.Taints)[number]) {
  if (Effect !== 'NO_SCHEDULE') throw new Error(`what is ${Effect} to Kubernetes?`);
  return { key: Key, value: Value, effect: 'NoSchedule' };
}

/** A spot notice for each of the nodes, at once, handled by the responder's own code with its own permissions. */
export async function interrupt(plane: TestPlane, nodes: readonly string[]) {
  const events = await loadEvents(['events/spot-interruption-terminate.json']);
  const { signal } = new AbortController();
  const ends = await Promise.all(
    nodes.map((node) => {
      const options = { kubeconfig: plane.responderKubeconfig, node, execute: true, json: true } as const;
      return replayOnCluster(events, options, signal);
    }),
  );
  return ends.flatMap(({ reports }) => reports);
}
