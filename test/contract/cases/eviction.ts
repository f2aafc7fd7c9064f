import { describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';

const NOW = { dryRun: false } as const;

export function evictionCases(lab: () => Lab): void {
  describe('eviction', () => {
    test('an evicted pod stops under its own grace, with the condition that says why', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { graceSeconds: 45 });
      expect(await cluster.evict(pod, NOW)).toEqual({ type: 'accepted' });
      const stored = await readPod(pod);
      expect(stored).toMatchObject({ uid: pod.uid, deletionGracePeriodSeconds: 45 });
      expect(stored?.conditions).toContainEqual({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
      });
    });

    test.each([
      ['shorter', 1],
      ['longer', 300],
    ] as const)("a grace %s than the pod's own holds instead of it", async (_, gracePeriodSeconds) => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { graceSeconds: 60 });
      expect(await cluster.evict(pod, { ...NOW, gracePeriodSeconds })).toEqual({ type: 'accepted' });
      expect(await readPod(pod)).toMatchObject({
        graceSeconds: 60,
        deletionGracePeriodSeconds: gracePeriodSeconds,
      });
    });

    test('a second eviction may shorten the grace that runs, and never lengthens it', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const graceAfter = async (options: { gracePeriodSeconds?: number }) => {
        expect(await cluster.evict(pod, { ...NOW, ...options })).toEqual({ type: 'accepted' });
        return (await readPod(pod))?.deletionGracePeriodSeconds;
      };
      expect(await graceAfter({ gracePeriodSeconds: 20 })).toBe(20);
      expect(await graceAfter({ gracePeriodSeconds: 50 })).toBe(20);
      expect(await graceAfter({})).toBe(20);
      expect(await graceAfter({ gracePeriodSeconds: 5 })).toBe(5);
    });

    test('a dry run is answered like an eviction and stores nothing', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      const options = { dryRun: true, gracePeriodSeconds: 5 };
      expect(await cluster.evict(pod, options)).toEqual({ type: 'accepted' });
      expect(await readPod(pod)).toEqual(before);
    });

    test('a pod that is gone, or another by now, is gone and nobody is evicted', async () => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode());
      const before = await readPod(pod);
      expect(await cluster.evict({ ...pod, name: 'no-such-pod' }, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.evict({ ...pod, uid: 'an-earlier-one' }, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.evict({ ...pod, uid: 'an-earlier-one' }, { dryRun: true })).toEqual({
        type: 'gone',
      });
      expect(await readPod(pod)).toEqual(before);
    });

    test.each(['Succeeded', 'Failed'] as const)('a pod that has %s is removed at once', async (phase) => {
      const { cluster, newNode, newPod, readPod } = lab();
      const pod = await newPod(await newNode(), { phase });
      expect(await cluster.evict(pod, NOW)).toEqual({ type: 'accepted' });
      expect(await readPod(pod)).toBeUndefined();
    });

    test('a StatefulSet pod that came back under its name is not the one that was meant', async () => {
      const { cluster, confirmStopped, newNode, newPod, readPod } = lab();
      const node = await newNode();
      const identity = { name: 'db-0', owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' } };
      const first = await newPod(node, identity);
      const { resourceVersion } = await cluster.listPodsOnNode(node.name);
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'accepted' });
      await confirmStopped(first);
      const second = await newPod(node, identity);
      expect(second.uid).not.toBe(first.uid);
      expect(await cluster.evict(first, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.deletePod(first, NOW)).toEqual({ type: 'gone' });
      expect(await cluster.markDisrupted(first, 'Why', 'why', NOW)).toBe('gone');
      expect(await cluster.annotatePod(first, 'spot-responder/x', 'y', NOW)).toBe('conflict');
      const stored = await readPod(second);
      expect(stored).toMatchObject({ uid: second.uid, annotations: second.annotations });
      expect(stored?.deletionTimestamp).toBeUndefined();
      const watch = cluster.watchPodsOnNode(node.name, resourceVersion, AbortSignal.timeout(20_000));
      const order: string[] = [];
      for await (const event of watch) {
        if (event.type === 'lost') break;
        order.push(`${event.type} ${event.pod.uid === first.uid ? 'first' : 'second'}`);
        if (order.at(-1) === 'changed second') break;
      }
      expect(order.slice(-2)).toEqual(['gone first', 'changed second']);
    });
  });
}
