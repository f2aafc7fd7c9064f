import { answerAccessEntries } from './access-entries.ts';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type EksRequest = Extract<ServiceRequest, { readonly query: URLSearchParams }>;

/** Answers for EKS: clusters, node groups, access entries. */
export function answerEks(state: AccountState, request: EksRequest): WireAnswer {
  const { name = '', nodegroup = '' } = request.path;
  switch (request.operation) {
    case 'ListClusters':
      return listClusters(state, request);
    case 'DescribeCluster':
      return describeCluster(state, name, request.region);
    case 'DescribeNodegroup':
      return describeNodegroup(state, name, nodegroup);
    default:
      return answerAccessEntries(state, request);
  }
}

function listClusters(state: AccountState, { query, region }: EksRequest): WireAnswer {
  const names = [...state.clusters.values()]
    .filter((cluster) => (cluster.region ?? state.region) === region)
    .map(({ name }) => name);
  const start = Number(query.get('nextToken') ?? 0);
  const end = start + Number(query.get('maxResults') ?? 100);
  const nextToken = end < names.length ? String(end) : null;
  return jsonAnswer({ clusters: names.slice(start, end), nextToken }, 'rest');
}

function describeCluster(state: AccountState, name: string, region: string): WireAnswer {
  const cluster = state.clusters.get(name);
  if (cluster === undefined || (cluster.region ?? state.region) !== region) {
    throw new ServiceFault('ResourceNotFoundException', `No cluster found for name: ${name}.`);
  }
  const { authenticationMode = 'API', ca, endpoint, hasPublicEndpoint = true } = cluster;
  const description = {
    name,
    arn: `arn:aws:eks:${region}:${OWNER_ACCOUNT}:cluster/${name}`,
    endpoint,
    certificateAuthority: { data: ca },
    status: 'ACTIVE',
    version: '1.36',
    resourcesVpcConfig: { endpointPublicAccess: hasPublicEndpoint, endpointPrivateAccess: true },
    accessConfig: { authenticationMode },
  };
  return jsonAnswer({ cluster: description }, 'rest');
}

function describeNodegroup(state: AccountState, cluster: string, name: string): WireAnswer {
  const found = state.nodeGroups.find((each) => each.cluster === cluster && each.name === name);
  if (!found) throw new ServiceFault('ResourceNotFoundException', `No node group found for name: ${name}.`);
  const { capacityType = 'ON_DEMAND', tags } = found;
  return jsonAnswer(
    { nodegroup: { nodegroupName: name, clusterName: cluster, status: 'ACTIVE', capacityType, tags } },
    'rest',
  );
}
