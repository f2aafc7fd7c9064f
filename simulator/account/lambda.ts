import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource } from './resources.ts';
import { type AccountState, ServiceFault } from './state.ts';

type LambdaRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for Lambda: the configuration of a stack's function. */
export function answerLambda(state: AccountState, { operation, path }: LambdaRequest): WireAnswer {
  if (operation !== 'GetFunctionConfiguration')
    throw new ServiceFault(
      'InvalidRequestContentException',
      `${operation} is not served by this simulated account`,
    );
  const { name = '' } = path;
  const found = findResource(state, 'AWS::Lambda::Function', name);
  if (!found) throw new ServiceFault('ResourceNotFoundException', `Function not found: ${name}`);
  const sound = { FunctionName: name, State: 'Active', LastUpdateStatus: 'Successful' };
  return jsonAnswer({ ...sound, ...found.answer }, 'rest');
}
