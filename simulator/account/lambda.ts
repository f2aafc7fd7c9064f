import type { SimulatedResource } from './deployed.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource } from './resources.ts';
import { type AccountState, ServiceFault } from './state.ts';

type LambdaRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for Lambda: a stack's function, who reads a queue for it, and what the account runs at once. */
export function answerLambda(state: AccountState, { operation, path }: LambdaRequest): WireAnswer {
  const { name = '' } = path;
  switch (operation) {
    case 'GetFunctionConfiguration':
      return answer(state, 'AWS::Lambda::Function', name, {
        FunctionName: name,
        State: 'Active',
        LastUpdateStatus: 'Successful',
      });
    case 'GetFunctionConcurrency': {
      const { ReservedConcurrentExecutions } = Object(functionNamed(state, name).answer);
      return jsonAnswer({ ReservedConcurrentExecutions }, 'rest');
    }
    case 'GetAccountSettings':
      return jsonAnswer({ AccountLimit: limitsOf(state) }, 'rest');
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
  return jsonAnswer({ ...sound, ...resourceNamed(state, type, name).answer }, 'rest');
}

function functionNamed(state: AccountState, name: string): SimulatedResource {
  return resourceNamed(state, 'AWS::Lambda::Function', name);
}

function resourceNamed(state: AccountState, type: string, name: string): SimulatedResource {
  const found = findResource(state, type, name);
  if (!found) throw new ServiceFault('ResourceNotFoundException', `${type} not found: ${name}`);
  return found;
}

function limitsOf({ concurrency: { all, reserved } }: AccountState) {
  return { ConcurrentExecutions: all, UnreservedConcurrentExecutions: all - reserved };
}
