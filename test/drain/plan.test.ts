import { expect, test } from 'vitest';
import type { Pod } from '../../functions/cluster/objects.ts';
import type { PlanContext } from '../../functions/drain/outcome.ts';
import { decidePod, planDrain } from '../../functions/drain/plan.ts';
import { barePod, podWith } from './scene.ts';

const owned = (kind: string) => ({ owner: { kind, name: 'x', uid: 'x', controller: true } });
const doNotEvict = { 'spot-responder/do-not-evict': 'true' };
const ourTaint = { key: 'spot-responder/interruption', operator: 'Exists', effect: 'NoSchedule' };
const leaving = { deletionTimestamp: new Date('2026-11-24T06:00:00Z') };
const mirror = { annotations: { 'kubernetes.io/config.mirror': 'abc' } };
const NO_CONTROLLER = 'no controller will recreate it';
const EMPTY_DIR = 'its emptyDir data is lost with the pod';
const ASKED = 'asked not to be evicted, but the node goes';

const context: PlanContext = {
  severity: 'hard',
  checkpoint: 'save-then-evict',
  savingGangs: new Set(),
};

/** [case, pod, on a hard signal, on a soft signal]: `action reason`, then the warning. */
const table: readonly (readonly [string, Pod, string, string])[] = [
  ['a plain pod', podWith({}), 'evict evictable', 'evict evictable'],
  ['a mirror pod', barePod(mirror), 'skip mirror-pod', 'skip mirror-pod'],
  ['a DaemonSet pod', podWith(owned('DaemonSet')), 'skip daemonset-pod', 'skip daemonset-pod'],
  [
    'a terminating DaemonSet pod',
    podWith({ ...owned('DaemonSet'), ...leaving }),
    'skip daemonset-pod',
    'skip daemonset-pod',
  ],
  ['a succeeded pod', podWith({ phase: 'Succeeded' }), 'skip finished', 'skip finished'],
  ['a failed bare pod', barePod({ phase: 'Failed' }), 'skip finished', 'skip finished'],
  ['a terminating pod', podWith(leaving), 'await already-terminating', 'await already-terminating'],
  [
    'a terminating pod with do-not-evict',
    podWith({ ...leaving, annotations: doNotEvict }),
    'await already-terminating',
    'await already-terminating',
  ],
  ['do-not-evict', podWith({ annotations: doNotEvict }), `evict evictable: ${ASKED}`, 'skip do-not-evict'],
  [
    'do-not-evict: false',
    podWith({ annotations: { 'spot-responder/do-not-evict': 'false' } }),
    'evict evictable',
    'evict evictable',
  ],
  [
    'do-not-evict that tolerates our taint',
    podWith({ annotations: doNotEvict, tolerations: [ourTaint] }),
    'skip do-not-evict: stays on a node that is about to go, as it asked',
    'skip do-not-evict',
  ],
  [
    'do-not-evict that tolerates all',
    podWith({ annotations: doNotEvict, tolerations: [{ operator: 'Exists' }] }),
    'skip do-not-evict: stays on a node that is about to go, as it asked',
    'skip do-not-evict',
  ],
  [
    'do-not-evict that tolerates another taint',
    podWith({ annotations: doNotEvict, tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
    `evict evictable: ${ASKED}`,
    'skip do-not-evict',
  ],
  [
    'do-not-evict that tolerates NoExecute only',
    podWith({ annotations: doNotEvict, tolerations: [{ ...ourTaint, effect: 'NoExecute' }] }),
    `evict evictable: ${ASKED}`,
    'skip do-not-evict',
  ],
  ['tolerating our taint alone', podWith({ tolerations: [ourTaint] }), 'evict evictable', 'evict evictable'],
  [
    'a bare pod',
    barePod(),
    `evict evictable: ${NO_CONTROLLER}`,
    `skip bare-pod-on-soft-signal: ${NO_CONTROLLER}`,
  ],
  [
    'a pod whose owner does not control it',
    podWith({ owner: { kind: 'Workflow', name: 'x', uid: 'x', controller: false } }),
    `evict evictable: ${NO_CONTROLLER}`,
    `skip bare-pod-on-soft-signal: ${NO_CONTROLLER}`,
  ],
  [
    'an emptyDir pod',
    podWith({ usesEmptyDir: true }),
    `evict evictable: ${EMPTY_DIR}`,
    `skip empty-dir-on-soft-signal: ${EMPTY_DIR}`,
  ],
  [
    'a bare emptyDir pod that asked to stay',
    barePod({ usesEmptyDir: true, annotations: doNotEvict }),
    `evict evictable: ${ASKED}; ${NO_CONTROLLER}; ${EMPTY_DIR}`,
    'skip do-not-evict',
  ],
  [
    'a system-cluster-critical pod',
    podWith({ priorityClassName: 'system-cluster-critical' }),
    'evict system-critical, last',
    'evict system-critical, last',
  ],
  [
    'a system-node-critical pod',
    podWith({ priorityClassName: 'system-node-critical' }),
    'evict system-critical, last',
    'evict system-critical, last',
  ],
  [
    'priority two thousand million',
    podWith({ priority: 2_000_000_000 }),
    'evict system-critical, last',
    'evict system-critical, last',
  ],
  ['one less', podWith({ priority: 1_999_999_999 }), 'evict evictable', 'evict evictable'],
];

test.each(table)('%s', (_, pod, hard, soft) => {
  expect(inWords(pod, 'hard')).toBe(hard);
  expect(inWords(pod, 'soft')).toBe(soft);
});

test('system-critical pods form the last wave', () => {
  const critical = decidePod(podWith({ priorityClassName: 'system-cluster-critical' }), context);
  expect(critical).toMatchObject({ action: 'evict', wave: 1 });
  expect(decidePod(podWith({}), context)).toMatchObject({ action: 'evict', wave: 0 });
});

test('a plan has one decision for every pod, in the order of the list', () => {
  const pods = [
    podWith({ uid: 'a' }),
    podWith({ uid: 'b', ...owned('DaemonSet') }),
    podWith({ uid: 'c', ...leaving }),
  ];
  const { decisions } = planDrain(pods, { severity: 'hard', checkpoint: 'save-then-evict' });
  expect(decisions.map(({ action, pod }) => `${pod.uid} ${action}`)).toEqual([
    'a evict',
    'b skip',
    'c await',
  ]);
});

function inWords(pod: Pod, severity: 'hard' | 'soft'): string {
  const decision = decidePod(pod, { ...context, severity });
  const warning = 'warning' in decision && decision.warning ? `: ${decision.warning}` : '';
  return `${decision.action} ${decision.reason}${warning}`;
}
