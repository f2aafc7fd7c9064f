import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';

/** `resource` of `service` in this account, in every region that is served. */
export function servedArns(
  scope: Construct,
  { extraRegions }: Settings,
  service: string,
  resource: string,
): string[] {
  const { account, partition, region } = Stack.of(scope);
  return [region, ...extraRegions].map(
    (each) => `arn:${partition}:${service}:${each}:${account}:${resource}`,
  );
}
