import { expect, test, vi } from 'vitest';
import { mixedCapacity, spotGroup } from './node-groups-app.ts';
import synthesised from './synthesised-groups.json' with { type: 'json' };

/** A template is some seconds' work on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

const TAINT = { Key: 'capacity-type', Value: 'spot', Effect: 'NO_SCHEDULE' };

test('a spot group: sizes, labels, taint, several types in several zones, NVIDIA image', () => {
  const { groups, warnings } = spotGroup();
  expect(groups.Spot).toMatchObject({
    CapacityType: 'SPOT',
    ScalingConfig: { MinSize: 0, MaxSize: 20, DesiredSize: 5 },
    Labels: { 'capacity-type': 'spot', 'workload-type': 'inference' },
    Taints: [TAINT],
    InstanceTypes: ['g5.xlarge', 'g5.2xlarge', 'g5.4xlarge', 'g5.8xlarge'],
    Subnets: ['a', 'b', 'c'].map((zone) => `subnet-${zone.repeat(17)}`),
    AmiType: 'AL2023_x86_64_NVIDIA',
  });
  expect(warnings).toEqual([]);
});

test.each([
  ['arm with GPUs', ['g5g.xlarge', 'g5g.2xlarge', 'g5g.4xlarge'], 'AL2023_ARM_64_NVIDIA'],
  ['arm', ['m7g.large', 'm6g.large', 'c7g.large'], 'AL2023_ARM_64_STANDARD'],
  ['neither', ['m7i.large', 'm6i.large', 'm5.large'], 'AL2023_x86_64_STANDARD'],
])('the image follows the types: %s', (_, instanceTypes, amiType) => {
  expect(spotGroup({ instanceTypes }).groups.Spot?.AmiType).toBe(amiType);
});

test('instances and volumes are encrypted, tagged, and their metadata asks for a token', () => {
  const { template } = mixedCapacity();
  const templates = Object.values(template.findResources('AWS::EC2::LaunchTemplate'));
  expect(templates).toHaveLength(3);
  for (const { Properties } of templates) {
    const data = Properties.LaunchTemplateData;
    expect(data.BlockDeviceMappings[0].Ebs.Encrypted).toBe(true);
    expect(data.MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 });
    expect(data.TagSpecifications.map((each: { ResourceType: string }) => each.ResourceType)).toEqual([
      'instance',
      'volume',
    ]);
    // EKS sets the market itself and refuses templates that do.
    expect(data.InstanceMarketOptions).toBeUndefined();
  }
});

test('mixed capacity: two on demand, five on spot, an empty fallback that takes what tolerates spot', () => {
  const { Baseline, Fallback, Spot } = mixedCapacity().groups;
  expect(Baseline?.ScalingConfig).toEqual({ MinSize: 2, MaxSize: 2, DesiredSize: 2 });
  expect(Spot?.ScalingConfig).toEqual({ MinSize: 0, MaxSize: 20, DesiredSize: 5 });
  expect(Fallback?.ScalingConfig).toEqual({ MinSize: 0, MaxSize: 20, DesiredSize: 0 });
  expect([Baseline, Spot, Fallback].map((each) => each?.CapacityType)).toEqual([
    'ON_DEMAND',
    'SPOT',
    'ON_DEMAND',
  ]);
  expect([Baseline, Spot, Fallback].map((each) => each?.Labels['capacity-type'])).toEqual([
    'on-demand',
    'spot',
    'on-demand',
  ]);
  expect([Baseline, Spot, Fallback].map((each) => each?.Taints)).toEqual([undefined, [TAINT], [TAINT]]);
  expect(Baseline?.Tags).toEqual(undefined);
});

test('synthesised-groups.json, which the tests on a real scheduler make nodes of, is what the constructs make', () => {
  const { groups } = mixedCapacity();
  const kept = Object.entries(groups).map(([name, { CapacityType, InstanceTypes, Labels, Taints = [] }]) => [
    name,
    { CapacityType, InstanceTypes, Labels, Taints },
  ]);
  expect(synthesised).toEqual(Object.fromEntries(kept));
});

test('the three groups share one role', () => {
  mixedCapacity().template.resourceCountIs('AWS::IAM::Role', 1);
});

test.each([
  ['one type', { instanceTypes: ['g5.xlarge'] }, undefined, [/^few instance types \(g5.xlarge\)/]],
  [
    'two types',
    { instanceTypes: ['g5.xlarge', 'g5.2xlarge'] },
    undefined,
    [/^few instance types \(g5.xlarge, g5.2/],
  ],
  ['one zone', {}, ['us-east-2a'], [/^one Availability Zone/]],
  [
    'one of each',
    { instanceTypes: ['g5.xlarge'] },
    ['us-east-2a'],
    [/^few instance types/, /^one Availability/],
  ],
])('too narrow a choice is warned about, not refused: %s', (_, props, zones, expected) => {
  const { warnings } = spotGroup(props, zones);
  expect(warnings).toHaveLength(expected.length);
  for (const [at, pattern] of expected.entries()) expect(warnings[at]).toMatch(pattern);
});

test.each([
  [
    'GPU models',
    { instanceTypes: ['g5.xlarge', 'g5.2xlarge', 'g4dn.xlarge'] },
    /GPU models differ \(A10G: g5.xlarge, g5.2xlarge; T4: g4dn.xlarge\)/,
  ],
  [
    'GPU counts',
    { instanceTypes: ['g5.xlarge', 'g5.12xlarge'] },
    /numbers of GPUs differ \(1: g5.xlarge; 4: g5.12xlarge\)/,
  ],
  ['GPUs and none', { instanceTypes: ['g5.xlarge', 'm6i.xlarge'] }, /GPU models differ/],
  ['architectures', { instanceTypes: ['m6i.large', 'm6g.large'] }, /architectures differ/],
  [
    'memory of one model',
    { instanceTypes: ['p4d.24xlarge', 'p4de.24xlarge'] },
    /A100: p4d.24xlarge; A100 80GB: p4de/,
  ],
  [
    'an unknown accelerator',
    { instanceTypes: ['inf2.xlarge'] },
    /how many GPUs inf2.xlarge has is not known here/,
  ],
  [
    'gpusPerNode above the smallest',
    { instanceTypes: ['g5.xlarge', 'g5.12xlarge'], gpusPerNode: 4 },
    /gpusPerNode is 4, but a type has 1/,
  ],
  ['no type', { instanceTypes: [] }, /none is named/],
  ['a type twice', { instanceTypes: ['g5.xlarge', 'g5.xlarge'] }, /g5.xlarge is named twice/],
  ['no type name', { instanceTypes: ['G5 XL'] }, /"G5 XL" is no instance type/],
  ['sizes', { minSize: 6 }, /min 6, desired 5, max 20/],
  ['a label', { workloadType: 'in ference' }, /workloadType: "in ference" is no label value/],
])('what cannot work is refused with the remedy: %s', (_, props, message) => {
  expect(() => spotGroup(props)).toThrow(message);
  expect(() => spotGroup(props)).toThrow('Node group Test/Spot: ');
});

test.each([
  ['different models', { instanceTypes: ['g5.xlarge', 'g6.xlarge', 'g4dn.xlarge'], anyGpuModel: true }],
  [
    'the smallest number of GPUs',
    { instanceTypes: ['g5.xlarge', 'g5.12xlarge', 'g5.2xlarge'], gpusPerNode: 1 },
  ],
  ['an unknown accelerator', { instanceTypes: ['inf2.xlarge', 'inf2.8xlarge'], gpusPerNode: 1 }],
])('what is stated is believed: %s', (_, props) => {
  expect(spotGroup(props).groups.Spot?.InstanceTypes).toEqual(props.instanceTypes);
});

test('a pool of two GPU models is refused even where a group of them is not: the fallback counts one', () => {
  const fallback = { instanceTypes: ['g6.xlarge'] };
  expect(() => mixedCapacity({ fallback })).toThrow(
    /Pool Test\/Inference: spot and fallback have different GPUs \(A10G, L4\)/,
  );
  expect(() => mixedCapacity({ instanceTypes: ['g5.xlarge', 'g6.xlarge'], anyGpuModel: true })).toThrow(
    /one model/,
  );
});

test('a limit in dollars without a price is refused', () => {
  expect(() => mixedCapacity({ maxDollarsPerHour: 20 })).toThrow(
    'maxDollarsPerHour needs fallback.dollarsPerNodeHour',
  );
});
