import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { MixedCapacity, type MixedCapacityProps } from '../../infra/constructs/mixed-capacity.ts';
import { SpotNodeGroup, type SpotNodeGroupProps } from '../../infra/constructs/spot-node-group.ts';

export const A10G = ['g5.xlarge', 'g5.2xlarge', 'g5.4xlarge', 'g5.8xlarge'];

/** An EKS node group of a synthesised template, as far as it is looked at. */
export interface SynthesisedGroup {
  readonly CapacityType: 'SPOT' | 'ON_DEMAND';
  readonly InstanceTypes: readonly string[];
  readonly AmiType: string;
  readonly ScalingConfig: {
    readonly MinSize: number;
    readonly MaxSize: number;
    readonly DesiredSize: number;
  };
  readonly Labels: Readonly<Record<string, string>>;
  readonly Taints?: readonly { readonly Key: string; readonly Value: string; readonly Effect: string }[];
  readonly Tags?: Readonly<Record<string, string>>;
  readonly Subnets: readonly string[];
}

function appStack(zones: readonly string[]) {
  const stack = new Stack(new App(), 'Test');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: [...zones],
    privateSubnetIds: zones.map((zone) => `subnet-${zone.slice(-1).repeat(17)}`),
  });
  return {
    stack,
    given: { cluster: { clusterName: 'main' }, vpc, workloadType: 'inference', instanceTypes: A10G },
  };
}

const ZONES = ['us-east-2a', 'us-east-2b', 'us-east-2c'];

export function spotGroup(props: Partial<SpotNodeGroupProps> = {}, zones: readonly string[] = ZONES) {
  const { given, stack } = appStack(zones);
  new SpotNodeGroup(stack, 'Spot', { ...given, ...props });
  return { groups: groupsOf(stack), template: Template.fromStack(stack), warnings: warningsOf(stack) };
}

export function mixedCapacity(props: Partial<MixedCapacityProps> = {}) {
  const { given, stack } = appStack(ZONES);
  new MixedCapacity(stack, 'Inference', { ...given, pool: 'inference', ...props });
  return { groups: groupsOf(stack), template: Template.fromStack(stack), warnings: warningsOf(stack) };
}

/** By the construct's name: `Spot`, `Baseline`, `Fallback`. */
function groupsOf(stack: Stack): Readonly<Record<string, SynthesisedGroup>> {
  const found = Template.fromStack(stack).findResources('AWS::EKS::Nodegroup');
  const named = Object.entries(found).map(([id, { Properties }]) => [
    /(Spot|Baseline|Fallback)Group/.exec(id)?.[1] ?? id,
    Properties,
  ]);
  return Object.fromEntries(named);
}

function warningsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data))
    .filter((text) => text.includes('[ack: spot-responder:'));
}
