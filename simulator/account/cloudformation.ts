import type { SimulatedStack } from './deployed.ts';
import { queryAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { physicalIdOf } from './resources.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type QueryRequest = Extract<ServiceRequest, { readonly parameters: URLSearchParams }>;

/** Answers for CloudFormation: one stack, by its name, its resources and its template. */
export function answerCloudFormation(state: AccountState, request: QueryRequest): WireAnswer {
  const { operation, parameters } = request;
  const name = parameters.get('StackName') ?? '';
  const stack = state.stacks.get(name);
  if (!stack) throw new ServiceFault('ValidationError', `Stack with id ${name} does not exist`);
  switch (operation) {
    case 'DescribeStacks':
      return queryAnswer(operation, { Stacks: [describe(state, stack)] });
    case 'ListStackResources':
      return queryAnswer(operation, { StackResourceSummaries: list(stack) });
    case 'GetTemplate':
      return queryAnswer(operation, { TemplateBody: JSON.stringify(stack.template ?? { Resources: {} }) });
    default:
      throw new ServiceFault('InvalidAction', `${operation} is not served by this simulated account`);
  }
}

function list({ resources = [] }: SimulatedStack) {
  return resources.map((resource) => ({
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: physicalIdOf(resource),
    ResourceType: resource.type,
    ResourceStatus: 'CREATE_COMPLETE',
  }));
}

function describe({ clock, region }: AccountState, { name, outputs, status }: SimulatedStack) {
  return {
    StackName: name,
    StackId: `arn:aws:cloudformation:${region}:${OWNER_ACCOUNT}:stack/${name}/00000000-0000-4000-8000-000000000001`,
    StackStatus: status ?? 'CREATE_COMPLETE',
    CreationTime: clock.now().toISOString(),
    Outputs: outputs.map(({ description, key, value }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
    })),
  };
}
