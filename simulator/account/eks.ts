import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type EksRequest = Extract<ServiceRequest, { service: 'eks' }>;

/** Answers for EKS: ListClusters with pages, DescribeCluster. */
export function answerEks(state: AccountState, request: EksRequest): WireAnswer {
  switch (request.operation) {
    case 'ListClusters':
      return listClusters(state, request.query);
    case 'DescribeCluster':
      return describeCluster(state, request.name);
    default:
      throw new ServiceFault(
        'InvalidRequestException',
        `${request.operation} is not served by this simulated account`,
      );
  }
}

function listClusters(state: AccountState, query: URLSearchParams): WireAnswer {
  const names = [...state.clusters.keys()];
  const start = Number(query.get('nextToken') ?? 0);
  const end = start + Number(query.get('maxResults') ?? 100);
  const nextToken = end < names.length ? String(end) : null;
  return jsonAnswer({ clusters: names.slice(start, end), nextToken }, 'rest');
}

function describeCluster(state: AccountState, name: string): WireAnswer {
  const cluster = state.clusters.get(name);
  if (cluster === undefined) {
    throw new ServiceFault('ResourceNotFoundException', `No cluster found for name: ${name}.`);
  }
  const description = {
    name,
    arn: `arn:aws:eks:${state.region}:${OWNER_ACCOUNT}:cluster/${name}`,
    endpoint: cluster.endpoint,
    certificateAuthority: { data: cluster.ca },
    status: 'ACTIVE',
    version: '1.36',
    accessConfig: { authenticationMode: 'API' },
  };
  return jsonAnswer({ cluster: description }, 'rest');
}
