import { expect, test } from 'vitest';
import { classifyFailure } from '../../functions/fallback/failure.ts';

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
  ['Something new.', 'CONFIG', 'Unknown'],
])('%s is %s (%s)', (text, kind, code) => {
  expect(classifyFailure(text, 'spot')).toMatchObject({ kind, code });
});

test('a quota failure names the quota of its market and how to raise it', () => {
  const text =
    'Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity.';
  expect(classifyFailure(text, 'on-demand')).toMatchObject({
    quota: expect.stringContaining('Running On-Demand'),
    remedy: expect.stringMatching(/^Raise .*Service Quotas/),
  });
});
