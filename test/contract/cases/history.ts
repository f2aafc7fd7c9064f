import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../functions/clock.ts';
import { openPodFollower } from '../../../functions/cluster/follow-pods.ts';
import { collect } from '../../cluster/collect.ts';
import type { Lab } from '../lab.ts';

/** Pages and watches while the server forgets what it promised to remember. */
export function historyCases(lab: () => Lab): void {
  describe('history', () => {
    test('more nodes than fit a page arrive, each once', async () => {
      const { cluster, fillPages } = lab();
      const names = await fillPages();
      const before = cluster.requestCounts()['list nodes'] ?? 0;
      const seen: string[] = [];
      for await (const { name } of cluster.listNodes()) seen.push(name);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining([...names]));
      expect(cluster.requestCounts()['list nodes']).toBe(before + 2);
    }, 60_000);

    test('a list whose snapshot expires between two pages goes on with newer data', async () => {
      const { cluster, fillPages, forgetHistory, newNode } = lab();
      const names = await fillPages();
      const before = cluster.requestCounts()['list nodes'] ?? 0;
      const seen = new Set<string>();
      for await (const { name } of cluster.listNodes()) {
        if (seen.size === 0) {
          await newNode();
          await forgetHistory();
        }
        seen.add(name);
      }
      expect([...seen]).toEqual(expect.arrayContaining([...names]));
      const pages = Math.ceil(seen.size / 500);
      expect(cluster.requestCounts()['list nodes']).toBe(before + pages + 1);
    }, 90_000);

    test('a watch from a version that is long gone is lost with 410', async () => {
      const { cluster, newNode } = lab();
      const { name } = await newNode();
      const watch = cluster.watchPodsOnNode(name, '1', AbortSignal.timeout(20_000));
      const [first] = await collect(watch);
      expect(first).toMatchObject({
        type: 'lost',
        reason: expect.stringMatching(/^410 too old resource version/),
      });
    });

    test('after 410 the pods are listed again and followed from there', async () => {
      const { cluster, confirmStopped, forgetHistory, newNode, newPod } = lab();
      const node = await newNode();
      const [stays, goes, ends] = [await newPod(node), await newPod(node), await newPod(node)];
      const { resourceVersion } = await cluster.listPodsOnNode(node.name);
      await confirmStopped(goes);
      await forgetHistory();
      const stop = new AbortController();
      const [losses, lists, gone]: [string[], string[][], string[]] = [[], [], []];
      const source = {
        list: () => cluster.listPodsOnNode(node.name),
        watch: (version: string, signal: AbortSignal) => cluster.watchPodsOnNode(node.name, version, signal),
      };
      const sightings = {
        seen: () => undefined,
        gone: (uid: string) => {
          gone.push(uid);
          stop.abort();
        },
        listed: (pods: readonly { uid: string }[]) => {
          lists.push(pods.map(({ uid }) => uid));
          void confirmStopped(ends);
        },
      };
      const follower = openPodFollower(source, {
        clock: systemClock,
        random: Math.random,
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]),
        onLost: (reason) => losses.push(reason),
        doubt: () => undefined,
      });
      await follower.follow(resourceVersion, sightings);
      expect(losses).toEqual([expect.stringMatching(/^410/)]);
      expect(lists).toEqual([[stays.uid, ends.uid].toSorted()].map(() => [stays.uid, ends.uid]));
      expect(gone).toEqual([ends.uid]);
    }, 60_000);
  });
}
