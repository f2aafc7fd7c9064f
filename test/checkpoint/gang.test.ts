import { expect, test } from 'vitest';
import { gangOf } from '../../functions/checkpoint/gang.ts';
import type { Pod } from '../../functions/cluster/objects.ts';
import { barePod, podWith } from '../drain/scene.ts';

const job = (labels: Record<string, string> = {}) => ({
  owner: { kind: 'Job', name: 'llm', uid: 'job-uid', controller: true },
  labels: { 'batch.kubernetes.io/controller-uid': 'job-uid', ...labels },
});

const jobSet = { 'jobset.sigs.k8s.io/jobset-uid': 'set-uid', 'jobset.sigs.k8s.io/jobset-name': 'llm' };
const group = { 'spot-responder/checkpoint-group': 'both' };
const leaderWorker = {
  'leaderworkerset.sigs.k8s.io/name': 'llm',
  'leaderworkerset.sigs.k8s.io/group-index': '3',
};

/** [case, pod, what people call its gang, how its pods are listed]. */
const table: readonly (readonly [string, Pod, string, string])[] = [
  ['a Job', podWith(job()), 'Job/llm', 'batch.kubernetes.io/controller-uid=job-uid'],
  [
    'a Job of an older cluster',
    podWith({ ...job(), labels: { 'controller-uid': 'job-uid' } }),
    'Job/llm',
    'controller-uid=job-uid',
  ],
  [
    'a Job without its labels',
    podWith({ ...job(), labels: {} }),
    'Job/llm',
    'spot-responder/checkpoint=enabled',
  ],
  ['a JobSet, not its Jobs', podWith(job(jobSet)), 'JobSet/llm', 'jobset.sigs.k8s.io/jobset-uid=set-uid'],
  [
    'a Kubeflow job',
    podWith({ labels: { 'training.kubeflow.org/job-name': 'llm' } }),
    'Kubeflow job/llm',
    'training.kubeflow.org/job-name=llm',
  ],
  [
    'a Volcano job',
    podWith({ labels: { 'volcano.sh/job-name': 'llm' } }),
    'Volcano job/llm',
    'volcano.sh/job-name=llm',
  ],
  [
    'a Ray cluster',
    podWith({ labels: { 'ray.io/cluster': 'llm' } }),
    'Ray cluster/llm',
    'ray.io/cluster=llm',
  ],
  [
    'a Kueue pod group',
    barePod({ labels: { 'kueue.x-k8s.io/pod-group-name': 'llm' } }),
    'Kueue pod group/llm',
    'kueue.x-k8s.io/pod-group-name=llm',
  ],
  [
    'one group of a LeaderWorkerSet',
    podWith({ labels: leaderWorker }),
    'LeaderWorkerSet/llm/3',
    'leaderworkerset.sigs.k8s.io/name=llm,leaderworkerset.sigs.k8s.io/group-index=3',
  ],
  [
    'what the user wrote, before any owner',
    podWith({ ...job(jobSet), annotations: group }),
    'checkpoint group/both',
    'spot-responder/checkpoint=enabled',
  ],
  ['a pod that nothing groups', barePod(), 'Pod/web-0', 'spot-responder/checkpoint=enabled'],
];

test.each(table)('the gang of %s', (_, pod, name, labels) => {
  const gang = gangOf(pod);
  expect(gang).toMatchObject({ name, labels, namespace: 'default' });
  expect(gang.includes(pod)).toBe(true);
});

test('a gang ends at its namespace', () => {
  const pod = podWith(job(jobSet));
  expect(gangOf(pod).includes({ ...pod, namespace: 'other' })).toBe(false);
});

test('two Jobs of one name, one after the other, are two gangs', () => {
  const later = podWith({ ...job(), owner: { kind: 'Job', name: 'llm', uid: 'another', controller: true } });
  expect(gangOf(podWith(job())).includes(later)).toBe(false);
});

test('of all that opted in, only the pods of the same checkpoint group belong together', () => {
  const gang = gangOf(podWith({ annotations: group }));
  expect(gang.includes(podWith({ uid: 'b', annotations: group }))).toBe(true);
  expect(gang.includes(podWith({ uid: 'c' }))).toBe(false);
});

test('a pod that nothing groups is alone, also among pods of its name', () => {
  expect(gangOf(barePod()).includes(barePod({ uid: 'later' }))).toBe(false);
});
