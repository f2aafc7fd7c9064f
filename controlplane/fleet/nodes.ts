import type { V1Node } from '@kubernetes/client-node';
import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';

/** A spot instance of the managed node group and its node. */
export interface SpotNode {
  readonly name: string;
  readonly instanceId: InstanceId;
  readonly zone: string;
}

const REGION = 'us-east-2';
export const ZONE = `${REGION}a`;
const NODE_GROUP = 'gpu-spot';
const INSTANCE_TYPE = 'g5.12xlarge';
export const GPU_TAINT = 'nvidia.com/gpu';

/** What the kubelet of such an instance allows by default. */
export const PODS = 110;

/** The n-th node, counted from 1: always the same name and instance, and never those of another. */
export function spotNode(number: number): SpotNode {
  const instanceId = asInstanceId(`i-0${'a'.repeat(12)}${number.toString(16).padStart(4, '0')}`);
  if (!instanceId) throw new RangeError(`no instance id for ${number}`);
  return { name: nodeName(number), instanceId, zone: ZONE };
}

/** As EKS names the n-th node. */
export function nodeName(number: number): string {
  return `ip-10-0-${Math.floor(number / 200)}-${10 + (number % 200)}.${REGION}.compute.internal`;
}

/** As EKS registers it: labels of its group, GPUs behind a taint. `pods` is how many fit. */
export function nodeObject({ name, instanceId, zone }: SpotNode, pods = PODS): V1Node {
  const resources = {
    cpu: '48',
    memory: '184Gi',
    'nvidia.com/gpu': '4',
    'ephemeral-storage': '500Gi',
    pods: String(pods),
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      // Every kubelet writes it; a node without any annotation is no node of a real cluster.
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/instance-type': INSTANCE_TYPE,
        'topology.kubernetes.io/region': REGION,
        'topology.kubernetes.io/zone': zone,
        'eks.amazonaws.com/nodegroup': NODE_GROUP,
        'eks.amazonaws.com/capacityType': 'SPOT',
      },
    },
    spec: {
      providerID: `aws:///${zone}/${instanceId}`,
      taints: [{ key: GPU_TAINT, value: 'present', effect: 'NoSchedule' }],
    },
    status: { capacity: resources, allocatable: resources },
  };
}
