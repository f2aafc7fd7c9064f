import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../functions/cluster/objects.ts';
import {
  add,
  expectRefusal,
  type IdentityScene,
  NAMESPACE,
  NODE,
  type PatchOperation,
  remove,
} from './scene.ts';

const OUR_TAINT = { key: 'spot-responder/interruption', value: 'x', effect: 'NoSchedule' };
const OWNER = { apiVersion: 'v1', kind: 'Node', name: NODE, uid: 'any' };
const CONTAINER = { name: 'main', image: 'x', imageID: 'x', ready: true, restartCount: 0 };
const DISRUPTED = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: '2026-11-20T10:00:05Z' };

type ForbiddenPatches = readonly (readonly [what: string, patch: readonly PatchOperation[], field: string])[];

const OF_A_NODE: ForbiddenPatches = [
  ['a label', [add('/metadata/labels/pool', 'cpu')], 'metadata.labels[pool]'],
  ['a new label', [add('/metadata/labels/x', 'y')], 'metadata.labels[x]'],
  ['all labels', [remove('/metadata/labels')], 'metadata.labels[pool]'],
  ['an annotation', [add('/metadata/annotations/owner', 'me')], 'metadata.annotations[owner]'],
  ['all annotations', [remove('/metadata/annotations')], 'metadata.annotations[owner]'],
  ['a finalizer', [add('/metadata/finalizers', ['a.b/c'])], 'metadata.finalizers'],
  ['an owner', [add('/metadata/ownerReferences', [OWNER])], 'metadata.ownerReferences'],
  ["its pods' addresses", [add('/spec/podCIDR', '10.0.0.0/24')], 'spec.podCIDR'],
  ["another's taint", [add('/spec/taints/0/value', 'x')], 'spec.taints'],
  ['all taints', [remove('/spec/taints')], 'spec.taints'],
  ['a new taint that is not ours', [add('/spec/taints/-', { ...OUR_TAINT, key: 'x' })], 'spec.taints'],
  ['our taint to NoExecute', [add('/spec/taints/-', { ...OUR_TAINT, effect: 'NoExecute' })], 'spec.taints'],
  [
    'anything beside a cordon',
    [add('/spec/unschedulable', true), add('/metadata/labels/x', 'y')],
    'metadata.labels[x]',
  ],
];

const OF_A_POD: ForbiddenPatches = [
  ['an annotation', [add('/metadata/annotations/owner', 'me')], 'metadata.annotations[owner]'],
  ['all annotations', [remove('/metadata/annotations')], 'metadata.annotations[owner]'],
  ['a label', [add('/metadata/labels/app', 'other')], 'metadata.labels'],
  ['a finalizer', [add('/metadata/finalizers', ['a.b/c'])], 'metadata.finalizers'],
  ['its phase', [add('/status/phase', 'Failed')], 'status.phase'],
  ['its address', [add('/status/podIP', '10.0.0.1')], 'status.podIP'],
  ['its containers', [add('/status/containerStatuses', [CONTAINER])], 'status.containerStatuses'],
  ['its readiness', [add('/status/conditions/0/status', 'False')], 'status.conditions[Ready]'],
  ['all its conditions', [remove('/status/conditions')], 'status.conditions'],
  ['others beside our condition', [add('/status/conditions', [DISRUPTED])], 'status.conditions[Ready]'],
];

export function forbiddenChangesCases(scene: () => IdentityScene): void {
  test.each(OF_A_NODE)('of a node, the responder may not change %s', async (_, patch, field) => {
    const { me, plane } = scene();
    const before = await plane.core.readNode({ name: NODE });
    const body = [...patch];
    await expectRefusal(me.patchNode({ name: NODE, body, dryRun: 'All' }), field);
    await expectRefusal(me.patchNode({ name: NODE, body }), field);
    expect(await plane.core.readNode({ name: NODE })).toEqual(before);
  });

  test.each(OF_A_POD)('of a pod, the responder may not change %s', async (_, patch, field) => {
    const { me, newPod, plane } = scene();
    const pod = { name: (await newPod()).name, namespace: NAMESPACE };
    const before = await plane.core.readNamespacedPod(pod);
    const body = [...patch];
    await expectRefusal(me.patchNamespacedPodStatus({ ...pod, body, dryRun: 'All' }), field);
    await expectRefusal(me.patchNamespacedPodStatus({ ...pod, body }), field);
    expect(await plane.core.readNamespacedPod(pod)).toEqual(before);
  });

  test("a pod's image is out of reach through pods/status", async () => {
    const { me, newPod, plane } = scene();
    const pod = { name: (await newPod()).name, namespace: NAMESPACE };
    const body = [
      add('/metadata/annotations/spot-responder~1x', 'y'),
      add('/spec/containers/0/image', 'evil'),
    ];
    await me.patchNamespacedPodStatus({ ...pod, body });
    expect((await plane.core.readNamespacedPod(pod)).spec?.containers[0]?.image).toBe('none');
  });

  test.each([
    ['in the name of another', { reportingComponent: 'kubelet' }, 'reportingComponent'],
    ["in nobody's name", { reportingComponent: '' }, 'reportingComponent'],
    [
      'about a Secret',
      { involvedObject: { kind: 'Secret', name: 'x', namespace: NAMESPACE } },
      'involvedObject',
    ],
  ])('the responder may not record an Event %s', async (_, changes, field) => {
    const { me, plane } = scene();
    const involvedObject = { kind: 'Pod', name: 'any', namespace: NAMESPACE };
    const [metadata, reportingInstance] = [{ name: 'forged' }, 'any'];
    const body = {
      metadata,
      involvedObject,
      reportingComponent: 'spot-responder',
      reportingInstance,
      ...changes,
    };
    await expectRefusal(me.createNamespacedEvent({ namespace: NAMESPACE, body }), field);
    const { items } = await plane.core.listNamespacedEvent({ namespace: NAMESPACE });
    expect(items.map(({ metadata: { name } }) => name)).not.toContain('forged');
  });

  describe('a pod is removed only in good order', () => {
    test.each([
      ['without options', () => ({}), 'preconditions.uid'],
      ['without a UID', () => ({ gracePeriodSeconds: 20 }), 'preconditions.uid'],
      [
        'with another precondition alone',
        ({ resourceVersion }: Pod) => ({ preconditions: { resourceVersion } }),
        'preconditions.uid',
      ],
      [
        'at once',
        ({ uid }: Pod) => ({ preconditions: { uid }, gracePeriodSeconds: 0 }),
        'gracePeriodSeconds',
      ],
    ])('not %s', async (_, options, field) => {
      const { me, newPod, plane } = scene();
      const listed = await newPod();
      const pod = { name: listed.name, namespace: NAMESPACE };
      const eviction = { metadata: pod, deleteOptions: options(listed) };
      await expectRefusal(me.createNamespacedPodEviction({ ...pod, body: eviction }), field);
      await expectRefusal(me.deleteNamespacedPod({ ...pod, body: options(listed) }), field);
      const { metadata } = await plane.core.readNamespacedPod(pod);
      expect(metadata?.deletionTimestamp).toBeUndefined();
    });

    test('not a pod that is on no node', async () => {
      const { me, plane } = scene();
      const pod = { name: 'waiting', namespace: NAMESPACE };
      const spec = { containers: [{ name: 'main', image: 'none' }] };
      const body = { metadata: { name: pod.name }, spec };
      const { metadata } = await plane.core.createNamespacedPod({ namespace: NAMESPACE, body });
      const preconditions = { uid: metadata?.uid ?? '' };
      await expectRefusal(me.deleteNamespacedPod({ ...pod, body: { preconditions } }), 'spec.nodeName');
    });
  });
}
