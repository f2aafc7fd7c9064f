import { gpusOfType } from '../../functions/instance-types/gpus.ts';
import { describeSpotPriceHistory, getSpotPlacementScores } from './market.ts';
import { ec2Answer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import {
  type AccountState,
  type InstanceState,
  OWNER_ACCOUNT,
  ServiceFault,
  type SimulatedInstance,
} from './state.ts';
import type { XmlValue } from './xml.ts';

type Ec2Request = Extract<ServiceRequest, { readonly parameters: URLSearchParams }>;

/** Answers for EC2: DescribeInstances by ids and filters, with pages; DescribeInstanceTypes by a filter of types; the spot market. */
export function answerEc2(state: AccountState, request: Ec2Request): WireAnswer {
  const { operation, parameters } = request;
  switch (operation) {
    case 'DescribeInstances':
      return describeInstances(state, request);
    case 'CreateTags':
    case 'DeleteTags':
      return tagInstances(state, request);
    case 'DescribeInstanceTypes':
      return describeTypes(parameters);
    case 'DescribeSpotPriceHistory':
      return describeSpotPriceHistory(state, parameters);
    case 'GetSpotPlacementScores':
      return getSpotPlacementScores(state, request);
    default:
      throw new ServiceFault(
        'InvalidAction',
        `The action ${operation} is not valid for this simulated account.`,
      );
  }
}

function tagInstances(state: AccountState, { operation, parameters }: Ec2Request): WireAnswer {
  const key = parameters.get('Tag.1.Key') ?? '';
  for (const id of listed(parameters, /^ResourceId\.\d+$/)) {
    const instance = state.instances.get(id);
    if (!instance)
      throw new ServiceFault('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    const { [key]: _gone, ...others } = instance.tags ?? {};
    const value = parameters.get('Tag.1.Value') ?? '';
    const tags = operation === 'CreateTags' ? { ...others, [key]: value } : others;
    state.instances.set(id, { ...instance, tags });
  }
  return ec2Answer(operation, { return: true });
}

function describeInstances(state: AccountState, { operation, parameters }: Ec2Request): WireAnswer {
  const ids = listed(parameters, /^InstanceId\.\d+$/);
  const filters = filtersOf(parameters);
  const matching = instancesById(state, ids).filter((instance) =>
    filters.every((filter) => filter(instance)),
  );
  const start = Number(parameters.get('NextToken') ?? 0);
  const size = Number(parameters.get('MaxResults') ?? 1_000);
  const next = start + size < matching.length ? String(start + size) : undefined;
  return ec2Answer(operation, {
    reservationSet: matching
      .slice(start, start + size)
      .map((instance) => reservation(instance, state.region)),
    nextToken: next,
  });
}

function describeTypes(parameters: URLSearchParams): WireAnswer {
  const types = listed(parameters, /^Filter\.1\.Value\.\d+$/);
  return ec2Answer('DescribeInstanceTypes', {
    instanceTypeSet: types.map((instanceType) => {
      const gpus = gpusOfType(instanceType);
      if (typeof gpus === 'string') return { instanceType };
      // EC2 names the model alone.
      const name = gpus.model.replace(/ \d+GB$/, '');
      return { instanceType, gpuInfo: { gpus: [{ name, count: gpus.count }] } };
    }),
  });
}

function instancesById(state: AccountState, ids: readonly string[]): readonly SimulatedInstance[] {
  if (ids.length === 0) return [...state.instances.values()];
  const unknown = ids.filter((id) => !state.instances.has(id));
  if (unknown.length > 0) {
    const named =
      unknown.length === 1 ? `instance ID '${unknown[0]}' does` : `instance IDs '${unknown.join(', ')}' do`;
    throw new ServiceFault('InvalidInstanceID.NotFound', `The ${named} not exist`);
  }
  return ids.flatMap((id) => state.instances.get(id) ?? []);
}

function listed(parameters: URLSearchParams, key: RegExp): string[] {
  return [...parameters].filter(([name]) => key.test(name)).map(([, value]) => value);
}

type Filter = (instance: SimulatedInstance) => boolean;

function filtersOf(parameters: URLSearchParams): readonly Filter[] {
  const filters: Filter[] = [];
  for (let index = 1; parameters.has(`Filter.${index}.Name`); index++) {
    const name = parameters.get(`Filter.${index}.Name`) ?? '';
    const patterns = listed(parameters, new RegExp(`^Filter\\.${index}\\.Value\\.\\d+$`)).map(wildcard);
    const values = filteredField(name);
    filters.push((instance) =>
      values(instance).some((value) => patterns.some((pattern) => pattern.test(value))),
    );
  }
  return filters;
}

/** EC2 filters take `*` and `?`. */
function wildcard(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function filteredField(name: string): (instance: SimulatedInstance) => readonly string[] {
  if (name.startsWith('tag:')) return ({ tags }) => present(tags?.[name.slice('tag:'.length)]);
  switch (name) {
    case 'tag-key':
      return ({ tags }) => Object.keys(tags ?? {});
    case 'instance-id':
      return ({ instanceId }) => [instanceId];
    case 'instance-state-name':
      return ({ state }) => [state ?? 'running'];
    case 'capacity-reservation-id':
      return ({ reservation }) => present(reservation);
    case 'private-dns-name':
      return ({ privateDnsName }) => present(privateDnsName);
    default:
      throw new ServiceFault('InvalidParameterValue', `The filter '${name}' is invalid`);
  }
}

function present(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

function reservation(instance: SimulatedInstance, region: string): XmlValue {
  const state = instance.state ?? 'running';
  const managed = instance.operatorManaged ?? false;
  return {
    reservationId: instance.instanceId.replace(/^i-/, 'r-'),
    ownerId: OWNER_ACCOUNT,
    instancesSet: [
      {
        instanceId: instance.instanceId,
        instanceState: { code: STATE_CODES[state], name: state },
        privateDnsName: state === 'terminated' ? '' : (instance.privateDnsName ?? ''),
        instanceType: instance.type ?? 'm6i.large',
        launchTime: (instance.launchedAt ?? new Date(0)).toISOString(),
        placement: { availabilityZone: instance.zone ?? `${region}a` },
        ...(instance.spot && { instanceLifecycle: 'spot' }),
        tagSet: Object.entries(instance.tags ?? {}).map(([key, value]) => ({ key, value })),
        capacityReservationId: instance.reservation,
        operator: { managed, ...(managed ? { principal: 'eks.amazonaws.com' } : {}) },
      },
    ],
  };
}
