import type { SimulatedAccount } from '../../simulator/account/account.ts';
import { clusterName } from '../support/control-plane.ts';

export const region = 'us-east-2';
const FOUND_BY_TAG = {
  'k8s.io/cluster-autoscaler/enabled': 'true',
  [`k8s.io/cluster-autoscaler/${clusterName}`]: 'owned',
};

/** It finds its groups by tags. */
export const AUTOSCALER = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cluster-autoscaler, namespace: kube-system }
spec:
  selector: { matchLabels: { app: cluster-autoscaler } }
  template:
    metadata: { labels: { app: cluster-autoscaler } }
    spec:
      containers:
        - name: cluster-autoscaler
          image: registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.0
          command:
            - ./cluster-autoscaler
            - --cloud-provider=aws
            - --node-group-auto-discovery=asg:tag=${Object.keys(FOUND_BY_TAG).join(',')}
`;

interface Group {
  readonly name: string;
  readonly spot?: boolean;
  readonly types?: readonly string[];
  readonly zones?: readonly string[];
  /** Of the node group, where they do not reach the Auto Scaling group. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly isTaggedForAutoscaler?: boolean;
  readonly desired?: number;
}

/** A managed node group as EKS makes it: its Auto Scaling group bears EKS's tags and none of ours. */
export function addGroup(
  account: SimulatedAccount,
  { desired = 0, isTaggedForAutoscaler = true, name, spot = false, tags = {}, ...group }: Group,
): void {
  const [instanceType = 'g5.xlarge', ...otherTypes] = group.types ?? [
    'g5.xlarge',
    'g5.2xlarge',
    'g5.4xlarge',
  ];
  account.addNodeGroup({ cluster: clusterName, name, tags, capacityType: spot ? 'SPOT' : 'ON_DEMAND' });
  account.addAutoScalingGroup({
    name: `eks-${name}-0001`,
    desired,
    min: 0,
    max: 10,
    instanceType,
    otherTypes,
    spot,
    zones: group.zones ?? ['us-east-2a', 'us-east-2b'],
    tags: {
      [`kubernetes.io/cluster/${clusterName}`]: 'owned',
      'eks:cluster-name': clusterName,
      'eks:nodegroup-name': name,
      ...(isTaggedForAutoscaler && FOUND_BY_TAG),
    },
  });
}
