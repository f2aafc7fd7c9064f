/**
 * Node groups for a service on spot: `npm run synth:node-groups` writes the template to `cdk.out/node-groups`, without an account. Put your
 * cluster, VPC and subnets in place of these names; `inference-spot.yaml` and `inference-baseline.yaml` run on its nodes.
 */
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { MixedCapacity, SpotNodeGroup } from '../../infra/index.ts';

const app = new App({ outdir: fileURLToPath(new URL('../../cdk.out/node-groups', import.meta.url)) });
const stack = new Stack(app, 'NodeGroups');
const cluster = { clusterName: 'main' };
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['us-east-2a', 'us-east-2b', 'us-east-2c'],
  privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb', 'subnet-0cccccccccccccccc'],
});

// Two nodes on demand, five on spot, and an empty group that the fallback fills. All have one A10G.
const inference = new MixedCapacity(stack, 'Inference', {
  cluster,
  vpc,
  pool: 'inference',
  workloadType: 'inference',
  instanceTypes: ['g5.xlarge', 'g5.2xlarge', 'g5.4xlarge', 'g5.8xlarge'],
  fallback: { maxNodes: 5 },
});

// Spot alone: training waits where it cannot run.
new SpotNodeGroup(stack, 'Training', {
  cluster,
  vpc,
  nodeRole: inference.spot.nodeRole,
  workloadType: 'training',
  // Eight GPUs each, of one model.
  instanceTypes: ['p5e.48xlarge', 'p5en.48xlarge'],
});

app.synth();
