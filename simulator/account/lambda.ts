import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource } from './resources.ts';
import { type AccountState, ServiceFault } from './state.ts';

type LambdaRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for Lambda: the configuration of a stack's function, and who reads a queue for it. */
export function answerLambda(state: AccountState, { operation, path }: LambdaRequest): WireAnswer {
  const { name = '' } = path;
  switch (operation) {
    case 'GetFunctionConfiguration':
      return answer(state, 'AWS::Lambda::Function', name, {
        FunctionName: name,
        State: 'Active',
        LastUpdateStatus: 'Successful',
      });
    case 'GetEventSourceMapping':
      return answer(state, 'AWS::Lambda::EventSourceMapping', name, { UUID: name, State: 'Enabled' });
    default:
      throw new ServiceFault(
        'InvalidRequestContentException',
        `${operation} is not served by this simulated account`,
      );
  }
}

function answer(state: AccountState, type: string, name: string, sound: object): WireAnswer {
  const found = findResource(state, type, name);
  if (!found) throw new ServiceFault('ResourceNotFoundException', `${type} not found: ${name}`);
  return jsonAnswer({ ...sound, ...found.answer }, 'rest');
}
