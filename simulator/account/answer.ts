import { answerAutoScaling } from './auto-scaling.ts';
import { answerCloudFormation } from './cloudformation.ts';
import { answerEc2 } from './ec2.ts';
import { answerEks } from './eks.ts';
import { answerEventBridge } from './event-bridge.ts';
import { answerFis } from './fis.ts';
import { answerLambda } from './lambda.ts';
import { answerPricing } from './market.ts';
import {
  faultAnswer,
  readRequest,
  type ServiceRequest,
  type WireAnswer,
  type WireRequest,
} from './protocol.ts';
import { answerScheduler } from './scheduler.ts';
import { answerSecretsManager } from './secrets-manager.ts';
import { answerSqs } from './sqs.ts';
import { answerSsm } from './ssm.ts';
import { type AccountState, type Fault, ServiceFault } from './state.ts';

/** `undefined`: say nothing, ever. */
export function answer(
  state: AccountState,
  admit: (request: ServiceRequest) => void,
  faults: Fault[],
  wire: WireRequest,
): WireAnswer | undefined {
  let service: ServiceRequest['service'] | undefined;
  try {
    const request = readRequest(wire);
    service = request.service;
    admit(request);
    const fault = takeFault(faults, request.operation);
    if (fault === undefined) return serveRequest(state, request);
    if ('silent' in fault) return undefined;
    if (fault.acts) serveRequest(state, request);
    throw new ServiceFault(fault.code, fault.message ?? `injected fault of ${request.operation}`);
  } catch (error) {
    const fault = error instanceof ServiceFault ? error : new ServiceFault('InternalFailure', String(error));
    return faultAnswer(service, fault);
  }
}

function takeFault(faults: Fault[], operation: string): Fault | undefined {
  const index = faults.findIndex((fault) => fault.operation === operation);
  return index < 0 ? undefined : faults.splice(index, 1)[0];
}

function serveRequest(state: AccountState, request: ServiceRequest): WireAnswer {
  switch (request.service) {
    case 'ec2':
      return answerEc2(state, request);
    case 'autoscaling':
      return answerAutoScaling(state, request);
    case 'cloudformation':
      return answerCloudFormation(state, request);
    case 'eks':
      return answerEks(state, request);
    case 'fis':
      return answerFis(state, request);
    case 'lambda':
      return answerLambda(state, request);
    case 'scheduler':
      return answerScheduler(state, request);
    case 'events':
      return answerEventBridge(state, request);
    case 'pricing':
      return answerPricing(state, request);
    case 'secretsmanager':
      return answerSecretsManager(state, request);
    case 'sqs':
      return answerSqs(state, request);
    case 'ssm':
      return answerSsm(state, request);
  }
}
