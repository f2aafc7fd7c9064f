import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource } from './resources.ts';
import { type AccountState, ServiceFault } from './state.ts';

type SchedulerRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for EventBridge Scheduler: a stack's schedule. */
export function answerScheduler(state: AccountState, { operation, path }: SchedulerRequest): WireAnswer {
  if (operation !== 'GetSchedule')
    throw new ServiceFault('ValidationException', `${operation} is not served by this simulated account`);
  const { name = '' } = path;
  const found = findResource(state, 'AWS::Scheduler::Schedule', name);
  if (!found) throw new ServiceFault('ResourceNotFoundException', `Schedule ${name} does not exist.`);
  return jsonAnswer({ Name: name, State: 'ENABLED', ...found.answer }, 'rest');
}
