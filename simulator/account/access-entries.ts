import { z } from 'zod';
import type { SimulatedAccessEntry } from './deployed.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type RestRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for EKS access entries and their tags; the words of its refusals are EKS's own. */
export function answerAccessEntries(state: AccountState, request: RestRequest): WireAnswer {
  const { body, operation, path, query } = request;
  if (operation === 'TagResource' || operation === 'UntagResource') return tag(state, request);
  const { name = '', principalArn = '' } = path;
  requireEntries(state, name);
  switch (operation) {
    case 'ListAccessEntries':
      return list(state, name, query);
    case 'CreateAccessEntry':
      return create(state, name, Created.parse(body));
    case 'DescribeAccessEntry':
      return jsonAnswer({ accessEntry: describe(state, find(state, name, principalArn)) }, 'rest');
    case 'UpdateAccessEntry':
      return update(state, name, principalArn, Updated.parse(body));
    case 'DeleteAccessEntry':
      state.accessEntries.splice(state.accessEntries.indexOf(find(state, name, principalArn)), 1);
      return jsonAnswer({}, 'rest');
    default:
      throw new ServiceFault(
        'InvalidRequestException',
        `${operation} is not served by this simulated account`,
      );
  }
}

const Created = z.object({
  principalArn: z.string(),
  kubernetesGroups: z.array(z.string()).default([]),
  type: z.string().default('STANDARD'),
  tags: z.record(z.string(), z.string()).default({}),
});

const Updated = z.object({ kubernetesGroups: z.array(z.string()).optional() });

function requireEntries(state: AccountState, name: string): void {
  const cluster = state.clusters.get(name);
  if (!cluster) throw new ServiceFault('ResourceNotFoundException', `No cluster found for name: ${name}.`);
  if (cluster.authenticationMode === 'CONFIG_MAP')
    throw new ServiceFault(
      'InvalidRequestException',
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
}

function list(state: AccountState, cluster: string, query: URLSearchParams): WireAnswer {
  const arns = state.accessEntries
    .filter((each) => each.cluster === cluster)
    .map((each) => each.principalArn);
  const start = Number(query.get('nextToken') ?? 0);
  const end = start + Number(query.get('maxResults') ?? 100);
  const nextToken = end < arns.length ? String(end) : null;
  return jsonAnswer({ accessEntries: arns.slice(start, end), nextToken }, 'rest');
}

function create(state: AccountState, cluster: string, created: z.output<typeof Created>): WireAnswer {
  const { kubernetesGroups: groups, principalArn, tags, type } = created;
  if (state.accessEntries.some((each) => each.cluster === cluster && each.principalArn === principalArn))
    throw new ServiceFault(
      'ResourceInUseException',
      'The specified access entry resource is already in use on this cluster.',
    );
  if (!/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+/.test(principalArn))
    throw new ServiceFault(
      'InvalidParameterException',
      'The specified principalArn is invalid: invalid principal.',
    );
  const entry = { cluster, principalArn, groups, type, tags };
  state.accessEntries.push(entry);
  return jsonAnswer({ accessEntry: describe(state, entry) }, 'rest');
}

/** The groups that are given take the place of those before. */
function update(
  state: AccountState,
  cluster: string,
  principalArn: string,
  { kubernetesGroups }: z.output<typeof Updated>,
): WireAnswer {
  const entry = find(state, cluster, principalArn);
  const changed = kubernetesGroups ? { ...entry, groups: kubernetesGroups } : entry;
  replace(state, entry, changed);
  return jsonAnswer({ accessEntry: describe(state, changed) }, 'rest');
}

function tag(state: AccountState, { body, operation, path, query }: RestRequest): WireAnswer {
  const entry = state.accessEntries.find((each) => arnOf(state, each) === path.arn);
  if (!entry)
    throw new ServiceFault('NotFoundException', `The specified resource ${path.arn} was not found.`);
  const gone = new Set(query.getAll('tagKeys'));
  const kept = Object.entries(entry.tags).filter(([key]) => !gone.has(key));
  const added =
    operation === 'TagResource' ? z.object({ tags: z.record(z.string(), z.string()) }).parse(body).tags : {};
  replace(state, entry, { ...entry, tags: { ...Object.fromEntries(kept), ...added } });
  return jsonAnswer({}, 'rest');
}

function find(state: AccountState, cluster: string, principalArn: string): SimulatedAccessEntry {
  const found = state.accessEntries.find(
    (each) => each.cluster === cluster && each.principalArn === principalArn,
  );
  if (found) return found;
  throw new ServiceFault(
    'ResourceNotFoundException',
    `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
  );
}

function replace(state: AccountState, entry: SimulatedAccessEntry, changed: SimulatedAccessEntry): void {
  state.accessEntries[state.accessEntries.indexOf(entry)] = changed;
}

function arnOf({ region }: AccountState, { cluster, principalArn }: SimulatedAccessEntry): string {
  const [kind = '', name = ''] = (principalArn.split(':').at(-1) ?? '').split(/\/(.*)/s);
  return `arn:aws:eks:${region}:${OWNER_ACCOUNT}:access-entry/${cluster}/${kind}/${OWNER_ACCOUNT}/${name}/00000000-0000-4000-8000-000000000001`;
}

function describe(state: AccountState, entry: SimulatedAccessEntry) {
  const { cluster, groups, principalArn, tags, type = 'STANDARD' } = entry;
  const fields = { clusterName: cluster, principalArn, kubernetesGroups: groups, type, tags };
  return { ...fields, accessEntryArn: arnOf(state, entry), username: principalArn };
}
