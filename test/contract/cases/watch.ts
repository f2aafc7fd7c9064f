import { describe, expect, test } from 'vitest';
import type { PodEvent } from '../../../functions/cluster/port.ts';
import { collect } from '../../cluster/collect.ts';
import type { Lab } from '../lab.ts';

export function watchCases(lab: () => Lab): void {
  describe('watch', () => {
    test('a watch shows what happened since the list, and a pod that stops and goes', async () => {
      const { cluster, confirmStopped, newNode, newPod } = lab();
      const node = await newNode();
      const { resourceVersion } = await cluster.listPodsOnNode(node.name);
      const pod = await newPod(node);
      await cluster.evict(pod, { dryRun: false });
      await confirmStopped(pod);
      const elsewhere = await newPod(await newNode());
      const events = await takeUntilGone(
        cluster.watchPodsOnNode(node.name, resourceVersion, AbortSignal.timeout(20_000)),
      );
      expect(events[0]).toMatchObject({ type: 'changed', pod: { uid: pod.uid } });
      const stopping = events.find((event) => event.type === 'changed' && event.pod.deletionTimestamp);
      expect(stopping).toMatchObject({ pod: { uid: pod.uid, deletionGracePeriodSeconds: 30 } });
      expect(events.at(-1)).toMatchObject({ type: 'gone', pod: { uid: pod.uid } });
      expect(JSON.stringify(events)).not.toContain(elsewhere.uid);
    });

    test('a watch by label follows the pods wherever they run, until their labels change', async () => {
      const { cluster, labelPod, newNamespace, newNode, newPod } = lab();
      const namespace = await newNamespace();
      const [node, other] = [await newNode(), await newNode()];
      const labels = { gang: 'a' };
      const [one, two] = [
        await newPod(node, { namespace, labels }),
        await newPod(other, { namespace, labels }),
      ];
      await newPod(node, { labels });
      await newPod(node, { namespace });
      const selection = { namespace, labels: 'gang=a' };
      const { pods, resourceVersion } = await cluster.listPodsByLabel(selection);
      expect(pods.map(({ uid }) => uid)).toEqual([one.uid, two.uid]);
      await labelPod(two, { gang: 'b' });
      const events = await takeUntilGone(
        cluster.watchPodsByLabel(selection, resourceVersion, AbortSignal.timeout(20_000)),
      );
      expect(events).toMatchObject([{ type: 'gone', pod: { uid: two.uid } }]);
    });

    test('an aborted watch ends without a word', async () => {
      const { cluster, newNode } = lab();
      const { name } = await newNode();
      const { resourceVersion } = await cluster.listPodsOnNode(name);
      const watch = cluster.watchPodsOnNode(name, resourceVersion, AbortSignal.timeout(300));
      expect(await collect(watch)).toEqual([]);
    });
  });
}

async function takeUntilGone(watch: AsyncIterable<PodEvent>): Promise<readonly PodEvent[]> {
  const events: PodEvent[] = [];
  for await (const event of watch) {
    events.push(event);
    if (event.type === 'gone') break;
  }
  return events;
}
