import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { ask } from './ask.ts';
import { regionOf } from './region.ts';

/** What CloudFormation made for the stack. */
export interface StackResource {
  readonly logicalId: string;
  /** As its service knows it. */
  readonly physicalId: string;
  /** As `AWS::Lambda::Function`. */
  readonly type: string;
}

/** @throws AwsCallError */
export async function listResources(
  client: CloudFormationClient,
  stack: string,
): Promise<readonly StackResource[]> {
  const region = await regionOf(client);
  const question = { action: 'cloudformation:ListStackResources', on: `stack ${stack}`, region };
  return ask(question, async ({ abortSignal }) => {
    const resources: StackResource[] = [];
    const pages = paginateListStackResources({ client }, { StackName: stack }, { abortSignal });
    for await (const { StackResourceSummaries = [] } of pages)
      for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of StackResourceSummaries)
        resources.push({
          logicalId: LogicalResourceId ?? '',
          physicalId: PhysicalResourceId ?? '',
          type: ResourceType ?? '',
        });
    return resources;
  });
}
