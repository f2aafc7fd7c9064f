import { expect, test } from 'vitest';
import { toPod } from '../../functions/cluster/pod.ts';

test("a bare minimum pod gets Kubernetes' defaults", () => {
  expect(toPod({ metadata: { name: 'a', namespace: 'b', uid: 'c' } })).toEqual({
    namespace: 'b',
    name: 'a',
    uid: 'c',
    resourceVersion: '',
    nodeName: '',
    phase: 'Unknown',
    ready: false,
    labels: {},
    annotations: {},
    gracePeriodSeconds: 30,
    priority: 0,
    tolerations: [],
    usesEmptyDir: false,
    gpus: 0,
  });
});

test('a training pod keeps what the plan asks about', () => {
  const container = (name: string, resources: object) => ({ name, resources });
  const owner = (kind: string, controller: boolean) => ({
    apiVersion: 'v1',
    kind,
    name: kind,
    uid: kind,
    controller,
  });
  const pod = toPod({
    metadata: {
      deletionTimestamp: new Date(0),
      deletionGracePeriodSeconds: 0,
      ownerReferences: [owner('Node', false), owner('Job', true)],
    },
    spec: {
      nodeName: 'n',
      terminationGracePeriodSeconds: 0,
      priorityClassName: 'high',
      priority: 7,
      tolerations: [{ operator: 'Exists' }],
      volumes: [{ name: 'scratch', emptyDir: {} }],
      containers: [
        container('a', { requests: { 'nvidia.com/gpu': '4', cpu: '1' }, limits: { 'nvidia.com/gpu': '4' } }),
        container('b', { limits: { 'amd.com/gpu': '2' } }),
      ],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  expect(pod).toMatchObject({
    nodeName: 'n',
    phase: 'Running',
    ready: true,
    owner: { kind: 'Job', controller: true },
    gracePeriodSeconds: 0,
    deletionTimestamp: new Date(0),
    deletionGracePeriodSeconds: 0,
    priorityClassName: 'high',
    priority: 7,
    tolerations: [{ operator: 'Exists' }],
    usesEmptyDir: true,
    gpus: 6,
  });
});
