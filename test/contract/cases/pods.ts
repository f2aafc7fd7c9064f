import { describe, expect, test } from 'vitest';
import { planDrain } from '../../../functions/drain/plan.ts';
import type { Lab, PodOptions } from '../lab.ts';

/** Which the API server adds to every pod. */
const DEFAULT_TOLERATIONS = ['not-ready', 'unreachable'].map((problem) => ({
  key: `node.kubernetes.io/${problem}`,
  operator: 'Exists',
  effect: 'NoExecute',
}));

export function podCases(lab: () => Lab): void {
  describe('pods', () => {
    test('a pod is listed on its node with the defaults of the API server', async () => {
      const { cluster, newNode, newPod } = lab();
      const node = await newNode();
      await newPod(await newNode());
      const { name, uid } = await newPod(node);
      const { pods, resourceVersion } = await cluster.listPodsOnNode(node.name);
      // When it was started is for a kubelet to say, and not every lab has one.
      expect(pods.map(({ startedAt, ...pod }) => pod)).toEqual([
        {
          namespace: 'default',
          name,
          uid,
          resourceVersion: expect.stringMatching(/^[1-9]\d*$/),
          nodeName: node.name,
          createdAt: expect.any(Date),
          phase: 'Running',
          ready: true,
          labels: {},
          annotations: {},
          gracePeriodSeconds: 30,
          priority: 0,
          tolerations: DEFAULT_TOLERATIONS,
          usesEmptyDir: false,
          gpus: 0,
        },
      ]);
      expect(resourceVersion).toMatch(/^[1-9]\d*$/);
    });

    test('owner, priority class, GPUs and volumes are read', async () => {
      const { newNode, newPod } = lab();
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'train' };
      const priorityClassName = 'system-node-critical';
      const pod = await newPod(await newNode(), { owner, priorityClassName, gpus: 2, emptyDir: true });
      expect(pod).toMatchObject({
        owner: { kind: 'Job', name: 'train', controller: true },
        priorityClassName,
        priority: 2_000_001_000,
        gpus: 2,
        usesEmptyDir: true,
      });
    });

    test.each([
      [
        'DaemonSet pod',
        { owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' } },
        'daemonset-pod',
      ],
      [
        "static pod's mirror",
        {
          annotations: {
            'kubernetes.io/config.source': 'file',
            'kubernetes.io/config.hash': 'abc',
            'kubernetes.io/config.mirror': 'abc',
          },
        },
        'mirror-pod',
      ],
      ['finished pod', { phase: 'Succeeded' }, 'finished'],
    ] satisfies [string, PodOptions, string][])(
      'a %s is told apart and skipped',
      async (_, options, reason) => {
        const { newNode, newPod } = lab();
        const pod = await newPod(await newNode(), options);
        const { decisions } = planDrain([pod], { severity: 'hard', checkpoint: 'save-then-evict' });
        expect(decisions).toMatchObject([{ action: 'skip', reason }]);
      },
    );

    test('a pod in a namespace that is going: its eviction is to be tried again, its deletion is accepted', async () => {
      const { cluster, newNamespace, newNode, newPod, readPod, terminateNamespace } = lab();
      const namespace = await newNamespace();
      const pod = await newPod(await newNode(), { namespace });
      await terminateNamespace(namespace);
      expect(await cluster.evict(pod, { dryRun: false })).toMatchObject({
        type: 'retry',
        reason: expect.stringContaining(`namespace ${namespace} because it is being terminated`),
      });
      expect(await cluster.markDisrupted(pod, 'Why', 'why', { dryRun: false })).toBe('patched');
      expect(await cluster.deletePod(pod, { dryRun: false, gracePeriodSeconds: 9 })).toEqual({
        type: 'accepted',
      });
      expect(await readPod(pod)).toMatchObject({ deletionGracePeriodSeconds: 9 });
    });
  });
}
