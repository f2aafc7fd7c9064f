import { describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';

const NOW = { dryRun: false } as const;

export function deletionCases(lab: () => Lab): void {
  describe('deletion', () => {
    test('a delete goes past spent budgets, however many, with what is left of the grace', async () => {
      const { cluster, newBudget, newNamespace, newNode, newPod, readPod } = lab();
      const namespace = await newNamespace();
      const pod = await newPod(await newNode(), { namespace, labels: { app: 'web' } });
      const selector = { matchLabels: { app: 'web' } };
      await newBudget({ namespace, name: 'one', selector, minAvailable: 1 });
      expect(await cluster.evict(pod, NOW)).toMatchObject({ type: 'blocked-by-budget' });
      await newBudget({ namespace, name: 'two', selector, minAvailable: 1 });
      expect(await cluster.deletePod(pod, { ...NOW, gracePeriodSeconds: 12 })).toEqual({ type: 'accepted' });
      expect(await readPod(pod)).toMatchObject({ uid: pod.uid, deletionGracePeriodSeconds: 12 });
    });

    test("a delete shortly before the deadline shortens another drainer's grace", async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { graceSeconds: 600 });
      await cluster.evict(pod, NOW);
      const evicted = await readPod(pod);
      expect(evicted?.deletionGracePeriodSeconds).toBe(600);
      expect(await cluster.deletePod(pod, { ...NOW, gracePeriodSeconds: 1 })).toEqual({ type: 'accepted' });
      const deleted = await readPod(pod);
      expect(deleted?.deletionGracePeriodSeconds).toBe(1);
      const earlier = Number(evicted?.deletionTimestamp) - Number(deleted?.deletionTimestamp);
      expect(earlier / 1000).toBeCloseTo(599, -1);
      expect(await cluster.deletePod(pod, { ...NOW, gracePeriodSeconds: 30 })).toEqual({ type: 'accepted' });
      expect((await readPod(pod))?.deletionGracePeriodSeconds).toBe(1);
    });

    test("without a grace of ours the pod's own holds, and without a kubelet the pod stays", async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { graceSeconds: 45 });
      expect(await cluster.deletePod(pod, NOW)).toEqual({ type: 'accepted' });
      expect(await readPod(pod)).toMatchObject({ deletionGracePeriodSeconds: 45 });
    });

    test('a pod that is gone, or another by now, is gone and nobody is deleted', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      expect(await cluster.deletePod({ ...pod, name: 'no-such-pod' }, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.deletePod({ ...pod, uid: 'an-earlier-one' }, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.deletePod(pod, { dryRun: true, gracePeriodSeconds: 1 })).toEqual({
        type: 'accepted',
      });
      expect(await readPod(pod)).toEqual(before);
    });
  });
}
