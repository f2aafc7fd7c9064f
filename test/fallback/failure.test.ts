import { expect, test } from 'vitest';
import { classifyFailure } from '../../functions/fallback/failure.ts';

const SPOT = { buys: 'spot', region: 'us-east-2', instanceTypes: ['g5.xlarge'] } as const;

test.each([
  [
    'Could not launch Spot Instances. InsufficientInstanceCapacity - fake text. Launching EC2 instance failed.',
    'CAPACITY',
    'InsufficientInstanceCapacity',
  ],
  [
    'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration. Launching EC2 instance failed.',
    'CAPACITY',
    'UnfulfillableCapacity',
  ],
  [
    'We currently do not have sufficient p3.2xlarge capacity in the Availability Zone you requested (us-east-2b). Launching EC2 instance failed.',
    'CAPACITY',
    'InsufficientInstanceCapacity',
  ],
  [
    'Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded. Launching EC2 instance failed.',
    'QUOTA',
    'MaxSpotInstanceCountExceeded',
  ],
  [
    'Max spot instance count exceeded. Launching EC2 instance failed.',
    'QUOTA',
    'MaxSpotInstanceCountExceeded',
  ],
  [
    'Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 32 allows.',
    'QUOTA',
    'VcpuLimitExceeded',
  ],
  [
    'You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket.',
    'QUOTA',
    'VcpuLimitExceeded',
  ],
  [
    'Could not launch Spot Instances. InvalidFleetConfiguration - Your requested instance type is not supported.',
    'CONFIG',
    'InvalidFleetConfiguration',
  ],
  [
    'Could not launch On-Demand Instances. InvalidParameterCombination - bad pair',
    'CONFIG',
    'InvalidParameterCombination',
  ],
  [
    'You have requested more instances (1) than your current instance limit of 0 allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. Launching EC2 instance failed.',
    'QUOTA',
    'InstanceLimitExceeded',
  ],
  [
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted - The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances. Launching EC2 instance failed.',
    'CONFIG',
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
  ],
  [
    'Could not launch Spot Instances. InvalidParameterCombination - The specified instance type is not eligible for Free Tier. Launching EC2 instance failed.',
    'CONFIG',
    'InvalidParameterCombination',
  ],
  [
    'There are not enough free addresses in subnet subnet-0fake1 to satisfy the requested number of instances. Launching EC2 instance failed.',
    'CONFIG',
    'InsufficientFreeAddressesInSubnet',
  ],
  [
    'Your Spot request price of 0.1 is lower than the minimum required Spot request fulfillment price of 0.9. Launching EC2 instance failed.',
    'CAPACITY',
    'SpotMaxPriceTooLow',
  ],
  [
    'Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InternalError: Client error on launch',
    'CONFIG',
    'Client.InternalError',
  ],
  [
    'Instance failed to start. Termination Reason: Server.InternalError: Internal error on launch',
    'CAPACITY',
    'Server.InternalError',
  ],
  [
    'Could not launch Spot Instances. UnfulfillableCapacity – Unable to fulfill capacity due to your request configuration.',
    'CAPACITY',
    'UnfulfillableCapacity',
  ],
  ['InsufficientInstanceCapacity - fake text of LaunchInstances', 'CAPACITY', 'InsufficientInstanceCapacity'],
  ['Something new.', 'CONFIG', 'Unknown'],
  ['', 'CONFIG', 'Unknown'],
])('%s is %s (%s)', (text, kind, code) => {
  expect(classifyFailure(text, SPOT)).toMatchObject({ kind, code });
});

test.each([
  ['g5.xlarge', 'on-demand', 'Running On-Demand G and VT instances', 'L-DB2E81BA'],
  ['p4d.24xlarge', 'on-demand', 'Running On-Demand P instances', 'L-417A185B'],
  ['p3.2xlarge', 'spot', 'All P4, P3 and P2 Spot Instance Requests', 'L-7212CCBC'],
  ['p5.48xlarge', 'spot', 'All P5 Spot Instance Requests', 'L-C4BD4855'],
  ['m7i.large', 'spot', 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', 'L-34B43A08'],
] as const)('a quota failure of %s %s names "%s" and how to raise it', (type, buys, name, code) => {
  const text = 'VcpuLimitExceeded - You have requested more vCPU capacity.';
  const failure = classifyFailure(text, { buys, region: 'us-east-2', instanceTypes: [type] });
  expect(failure.quota).toBe(`"${name}" (${code})`);
  expect(failure.remedy).toContain(`request-service-quota-increase --region us-east-2`);
  expect(failure.remedy).toContain(`--quota-code ${code} `);
});

test('a quota failure of an unknown family still says where to look', () => {
  const failure = classifyFailure('VcpuLimitExceeded - text', { ...SPOT, instanceTypes: ['zz9.large'] });
  expect(failure.remedy).toMatch(/^Raise EC2's vCPU quota for spot instances .*Service Quotas/);
});

test('a failure that no code explains carries the text', () => {
  expect(classifyFailure('Something new.', SPOT).remedy).toContain('Something new.');
});
