import { Token } from 'aws-cdk-lib';
import {
  CfnLaunchTemplate,
  InstanceArchitecture,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import { type IRole, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ConfigurationError } from '../../functions/errors.ts';
import { checkTypes, type Statement, type TypeCheck } from '../node-groups/interchangeable.ts';

/** What node groups of every kind are told. */
export interface NodeGroupProps extends Statement {
  /** Any construct of a cluster, or its name. */
  readonly cluster: { readonly clusterName: string };
  readonly vpc: IVpc;
  /** One per Availability Zone. @default the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** A pod that runs on one must run on each. On demand the first that can be had is taken. */
  readonly instanceTypes: readonly string[];
  /** The nodes' label `workload-type`, e.g. `inference`. */
  readonly workloadType: string;
  /** @default a new role with what a node needs */
  readonly nodeRole?: IRole;
  /** EKS's name of the image family. @default Amazon Linux 2023, with NVIDIA's driver for types with GPUs */
  readonly amiType?: string;
  /** Of the encrypted volume for images and logs. @default 100 */
  readonly diskGiB?: number;
  /** More labels of the nodes. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Number of nodes. */
export interface GroupSize {
  readonly min: number;
  readonly max: number;
  /**
   * The first deployment's: autoscalers and the fallback change it afterwards. A deployment that changes one of the three
   * sets all of them again, and EKS ends what is too many without a drain: give the number that runs then.
   *
   * Source: EKS API reference, NodegroupScalingConfig.
   */
  readonly desired: number;
}

/** What a group of that kind adds. */
export interface NodeGroupKind {
  readonly capacity: 'spot' | 'on-demand';
  readonly size: GroupSize;
  /** Keeps all pods away that do not tolerate `capacity-type=spot`. */
  readonly forSpotPods: boolean;
  /** Of the node group: where the fallback reads them. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An EKS managed node group with labels, taint, launch template and checked instance types. */
export class NodeGroup extends Construct {
  readonly nodegroup: CfnNodegroup;
  readonly nodeRole: IRole;
  readonly types: Extract<TypeCheck, { type: 'interchangeable' }>;

  constructor(scope: Construct, id: string, props: NodeGroupProps & NodeGroupKind) {
    super(scope, id);
    this.types = this.#check(props);
    this.nodeRole = props.nodeRole ?? this.#newRole();
    const template = this.#launchTemplate(props);
    const { subnetIds } = props.vpc.selectSubnets(props.vpcSubnets);
    const { capacity, cluster, forSpotPods, instanceTypes, labels, size, tags, workloadType } = props;
    this.nodegroup = new CfnNodegroup(this, 'Group', {
      clusterName: cluster.clusterName,
      nodeRole: this.nodeRole.roleArn,
      subnets: subnetIds,
      capacityType: capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
      instanceTypes: [...instanceTypes],
      amiType: props.amiType ?? amiTypeOf(this.types),
      launchTemplate: { id: template.ref, version: template.attrLatestVersionNumber },
      scalingConfig: { minSize: size.min, maxSize: size.max, desiredSize: size.desired },
      labels: { ...labels, 'capacity-type': capacity, 'workload-type': workloadType },
      ...(forSpotPods && { taints: [{ key: 'capacity-type', value: 'spot', effect: 'NO_SCHEDULE' }] }),
      tags: { ...tags },
    });
  }

  #check({
    anyGpuModel,
    gpusPerNode,
    instanceTypes,
    size,
    workloadType,
    labels = {},
  }: NodeGroupProps & NodeGroupKind) {
    const statement = {
      ...(anyGpuModel && { anyGpuModel }),
      ...(gpusPerNode !== undefined && { gpusPerNode }),
    };
    const types = checkTypes(instanceTypes, statement);
    const values = Object.entries({ ...labels, workloadType }).filter(
      ([, value]) => !Token.isUnresolved(value) && !LABEL_VALUE.test(value),
    );
    const problems = [
      ...(types.type === 'different' ? types.problems.map((each) => `instanceTypes: ${each}`) : []),
      ...(isOrdered(size)
        ? []
        : [
            `sizes: min ${size.min}, desired ${size.desired}, max ${size.max}; 0 ≤ min ≤ desired ≤ max, max ≥ 1`,
          ]),
      ...values.map(
        ([key, value]) => `${key}: "${value}" is no label value; use letters, digits, - _ . (63 at most)`,
      ),
    ];
    if (problems.length > 0 || types.type === 'different')
      throw new ConfigurationError(`Node group ${this.node.path}: ${problems.join('. ')}.`);
    return types;
  }

  #newRole(): Role {
    const policies = [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEKS_CNI_Policy',
      'AmazonEC2ContainerRegistryPullOnly',
    ];
    return new Role(this, 'NodeRole', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: policies.map((name) => ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
  }

  /** A node group's tags stay on the node group; instances and volumes get theirs from here. */
  #launchTemplate({
    amiType = '',
    diskGiB = 100,
    tags,
    workloadType,
  }: NodeGroupProps & NodeGroupKind): CfnLaunchTemplate {
    const all = { ...tags, 'workload-type': workloadType, Name: this.node.path };
    const pairs = Object.entries(all).map(([key, value]) => ({ key, value }));
    return new CfnLaunchTemplate(this, 'Template', {
      launchTemplateData: {
        blockDeviceMappings: [
          {
            deviceName: amiType.startsWith('BOTTLEROCKET') ? '/dev/xvdb' : '/dev/xvda',
            ebs: { volumeSize: diskGiB, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
          },
        ],
        // Pods without host network are one hop further.
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
        tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags: pairs })),
      },
    });
  }
}

/** Kubernetes' rule for the value of a label. */
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function isOrdered({ desired, max, min }: GroupSize): boolean {
  if ([desired, max, min].some((each) => Token.isUnresolved(each))) return true;
  return 0 <= min && min <= desired && desired <= max && max >= 1;
}

function amiTypeOf({
  architecture,
  gpusPerNode,
}: {
  architecture: InstanceArchitecture;
  gpusPerNode: number;
}) {
  const isArm = architecture === InstanceArchitecture.ARM_64;
  return `AL2023_${isArm ? 'ARM_64' : 'x86_64'}_${gpusPerNode > 0 ? 'NVIDIA' : 'STANDARD'}`;
}
