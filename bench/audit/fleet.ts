/** A cluster as the audit meets it: services well and badly set up, training Jobs, budgets, nodes, and their pods. */
export function fleetObjects(pods: number, workloads: number) {
  const names = Array.from({ length: workloads }, (_, at) => ({
    at,
    name: `app-${at}`,
    namespace: namespaceOf(at),
  }));
  return {
    namespaces: Array.from({ length: NAMESPACES }, (_, at) => ({ metadata: { name: namespaceOf(at) } })),
    objects: [
      ...names.map(({ at, name, namespace }) =>
        at % 10 === 0 ? job(name, namespace) : deployment(name, namespace, at),
      ),
      ...names
        .filter(({ at }) => at % 3 === 1 && at % 10 !== 0)
        .map(({ name, namespace }) => budget(name, namespace)),
      ...Array.from({ length: NODES }, (_, at) => node(at)),
    ],
    pods: Array.from({ length: pods }, (_, at) => pod(at, at % workloads)),
  };
}

const NAMESPACES = 20;
const NODES = 200;
const namespaceOf = (at: number) => `team-${at % NAMESPACES}`;

function template(name: string) {
  return {
    metadata: { labels: { app: name } },
    spec: {
      tolerations: [{ key: 'capacity-type', operator: 'Equal', value: 'spot', effect: 'NoSchedule' }],
      containers: [
        {
          name: 'main',
          image: 'registry.example.com/app:1',
          env: Array.from({ length: 20 }, (_, at) => ({ name: `SETTING_${at}`, value: 'x'.repeat(40) })),
        },
      ],
    },
  };
}

function deployment(name: string, namespace: string, at: number) {
  const spec = {
    replicas: at % 4 === 0 ? 1 : 10,
    selector: { matchLabels: { app: name } },
    template: template(name),
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
}

function job(name: string, namespace: string) {
  const { metadata, spec } = template(name);
  const [main] = spec.containers;
  const train = {
    ...main,
    command: ['torchrun', 'train.py'],
    resources: { limits: { 'nvidia.com/gpu': '8' } },
  };
  const pods = { metadata, spec: { ...spec, restartPolicy: 'Never', containers: [train] } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec: { template: pods } };
}

function budget(name: string, namespace: string) {
  const spec = { maxUnavailable: '25%', selector: { matchLabels: { app: name } } };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace }, spec };
}

function node(at: number) {
  const labels = {
    'eks.amazonaws.com/nodegroup': `group-${at % 5}`,
    'eks.amazonaws.com/capacityType': at % 5 === 0 ? 'ON_DEMAND' : 'SPOT',
    'node.kubernetes.io/instance-type': at % 2 === 0 ? 'g5.xlarge' : 'g5.2xlarge',
    'topology.kubernetes.io/zone': `us-east-2${'abc'[at % 3]}`,
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${at}`, labels } };
}

function pod(at: number, workload: number) {
  const [name, kind] = [`app-${workload}`, workload % 10 === 0 ? 'Job' : 'ReplicaSet'];
  const { metadata, spec } = template(name);
  const owner = {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    name,
    uid: `uid-${workload}`,
    controller: true,
  };
  return {
    metadata: {
      ...metadata,
      name: `${name}-${at}`,
      namespace: namespaceOf(workload),
      ownerReferences: [owner],
    },
    spec: { ...spec, nodeName: `node-${at % NODES}` },
  };
}
