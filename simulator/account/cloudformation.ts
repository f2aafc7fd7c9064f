import { queryAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault, type SimulatedStack } from './state.ts';

type QueryRequest = Extract<ServiceRequest, { readonly parameters: URLSearchParams }>;

/** Answers for CloudFormation: DescribeStacks of one stack, by its name. */
export function answerCloudFormation(state: AccountState, request: QueryRequest): WireAnswer {
  const { operation, parameters } = request;
  if (operation !== 'DescribeStacks')
    throw new ServiceFault('InvalidAction', `${operation} is not served by this simulated account`);
  const name = parameters.get('StackName') ?? '';
  const stack = state.stacks.get(name);
  if (!stack) throw new ServiceFault('ValidationError', `Stack with id ${name} does not exist`);
  return queryAnswer(operation, { Stacks: [describe(state, stack)] });
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
