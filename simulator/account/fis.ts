import { z } from 'zod';
import type { SimulatedExperiment, SimulatedResource } from './deployed.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource } from './resources.ts';
import { type AccountState, ServiceFault } from './state.ts';

type FisRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for AWS FIS: an experiment of a stack's template on whatever carries the drill's tag when it starts. */
export function answerFis(state: AccountState, { body, operation, path }: FisRequest): WireAnswer {
  switch (operation) {
    case 'StartExperiment':
      return start(state, z.object({ experimentTemplateId: z.string() }).parse(body).experimentTemplateId);
    case 'GetExperiment': {
      const found = find(state, path.id);
      if (found.status === 'pending') found.status = 'running';
      return describe(found);
    }
    case 'StopExperiment': {
      const found = find(state, path.id);
      found.status = 'stopped';
      return describe(found);
    }
    case 'GetExperimentTemplate':
      return jsonAnswer({ experimentTemplate: describeTemplate(state, path.id) }, 'rest');
    default:
      throw new ServiceFault('ValidationException', `${operation} is not served by this simulated account`);
  }
}

function start(state: AccountState, templateId: string): WireAnswer {
  findTemplate(state, templateId);
  const experiment: SimulatedExperiment = {
    id: `EXP${state.experiments.length + 1}`,
    templateId,
    ...(hasTarget(state)
      ? { status: 'pending' }
      : { status: 'failed', reason: 'Target resolution returned empty set' }),
  };
  state.experiments.push(experiment);
  return describe(experiment);
}

function findTemplate(state: AccountState, id = ''): SimulatedResource {
  const found = findResource(state, 'AWS::FIS::ExperimentTemplate', id);
  if (found) return found;
  throw new ServiceFault('ResourceNotFoundException', `Experiment template not found: ${id}`);
}

/** Refuses capacity in three zones, unless the stack's resource says otherwise. */
function describeTemplate(state: AccountState, id: string | undefined) {
  const zones = ['a', 'b', 'c'].map((letter) => `${state.region}${letter}`);
  const actions = { refuse: { parameters: { availabilityZoneIdentifiers: zones.join(',') } } };
  return { id, actions, ...findTemplate(state, id).answer };
}

function hasTarget({ autoScalingGroups, instances }: AccountState): boolean {
  const all = [...instances.values(), ...autoScalingGroups.values()];
  return all.some(({ tags }) => tags?.['spot-responder/drill'] === 'requested');
}

function find({ experiments }: AccountState, id = ''): SimulatedExperiment {
  const found = experiments.find((each) => each.id === id);
  if (found) return found;
  throw new ServiceFault('ResourceNotFoundException', `Experiment not found: ${id}`);
}

function describe({ id, reason, status, templateId }: SimulatedExperiment): WireAnswer {
  const experiment = { id, experimentTemplateId: templateId, state: { status, reason } };
  return jsonAnswer({ experiment }, 'rest');
}
