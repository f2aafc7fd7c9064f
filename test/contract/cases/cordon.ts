import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../functions/clock.ts';
import type { ClusterNode, Taint } from '../../../functions/cluster/objects.ts';
import { type CordonRequest, cordonInstance, uncordonNode } from '../../../functions/drain/cordon.ts';
import { CORDON_ANNOTATION, EXCLUDE_FROM_LOAD_BALANCERS } from '../../../functions/drain/cordon-record.ts';
import { TAINT_KEY } from '../../../functions/drain/taint.ts';
import { type Lab, readBack } from '../lab.ts';

const GPU: Taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
/** Where controllers run, the node controller mirrors `unschedulable` as a taint. */
const MIRROR = 'node.kubernetes.io/unschedulable';

export function cordonCases(lab: () => Lab): void {
  const cordon = (node: ClusterNode, request: Partial<CordonRequest> = {}) =>
    cordonInstance(
      { cluster: lab().cluster, clock: systemClock, random: Math.random },
      requestFor(node, request),
    );
  const uncordon = (node: ClusterNode) =>
    uncordonNode({ cluster: lab().cluster, clock: systemClock, random: Math.random }, node, false);

  describe('cordon', () => {
    test.each([
      ['with taints', [GPU], 1],
      ['without taints', [], 2],
    ])('a node %s is cordoned unseen, and its undo is exact', async (_, taints, patches) => {
      const { cluster, newNode } = lab();
      const node = await newNode({ taints });
      const before = cluster.requestCounts()['patch nodes'] ?? 0;
      expect(await cordon(node)).toMatchObject({ type: 'cordoned', already: false });
      expect(cluster.requestCounts()['patch nodes']).toBe(before + patches);
      const cordoned = await readBack(cluster, node.name);
      expect(cordoned).toMatchObject({
        unschedulable: true,
        labels: { ...node.labels, [EXCLUDE_FROM_LOAD_BALANCERS]: 'true' },
        annotations: { ...node.annotations, [CORDON_ANNOTATION]: expect.stringContaining('incident-1') },
      });
      expect(othersTaints(cordoned)).toEqual(taints);
      expect(await cordon(node)).toMatchObject({ type: 'cordoned', already: true });
      expect(await uncordon(cordoned)).toBe('uncordoned');
      expect(whatWeMayChange(await readBack(cluster, node.name))).toEqual(whatWeMayChange(node));
    });

    test("somebody else's cordon and label outlive ours", async () => {
      const { cluster, newNode } = lab();
      const node = await newNode({ unschedulable: true, labels: { [EXCLUDE_FROM_LOAD_BALANCERS]: 'x' } });
      expect(await cordon(node)).toMatchObject({ type: 'cordoned', already: false });
      expect(await uncordon(await readBack(cluster, node.name))).toBe('uncordoned');
      expect(whatWeMayChange(await readBack(cluster, node.name))).toEqual(whatWeMayChange(node));
    });

    test('who uncordons the node after us and cordons it again keeps that cordon', async () => {
      const { cluster, newNode, setUnschedulable } = lab();
      const node = await newNode({ taints: [GPU] });
      await cordon(node);
      await setUnschedulable(node, false);
      await setUnschedulable(node, true);
      expect(await uncordon(await readBack(cluster, node.name))).toBe('uncordoned');
      expect(whatWeMayChange(await readBack(cluster, node.name))).toEqual({
        ...whatWeMayChange(node),
        unschedulable: true,
      });
    });

    test('a cordon that was taken back between two of ours is ours in the end', async () => {
      const { cluster, newNode, setUnschedulable } = lab();
      const node = await newNode({ unschedulable: true });
      await cordon(node);
      await setUnschedulable(node, false);
      await cordon(node, { incidentId: 'incident-2' });
      expect(await uncordon(await readBack(cluster, node.name))).toBe('uncordoned');
      expect((await readBack(cluster, node.name)).unschedulable).toBe(false);
    });

    test('a dry run stores nothing', async () => {
      const { cluster, newNode } = lab();
      const node = await newNode({ taints: [GPU] });
      expect(await cordon(node, { dryRun: true })).toMatchObject({ node: { unschedulable: true } });
      expect(whatWeMayChange(await readBack(cluster, node.name))).toEqual(whatWeMayChange(node));
    });

    test('a name that belongs to another instance by now is left alone', async () => {
      const { cluster, newNode } = lab();
      const [node, other] = [await newNode(), await newNode()];
      const cordoned = await cordon(node, { nodeNameHint: other.name });
      expect(cordoned).toMatchObject({ type: 'cordoned', node: { name: node.name } });
      expect(whatWeMayChange(await readBack(cluster, other.name))).toEqual(whatWeMayChange(other));
    });

    test('nothing of other writers is lost while we cordon and uncordon', async () => {
      const { cluster, newNode } = lab();
      const node = await newNode({ taints: [GPU] });
      let stopped = false;
      const writers = [0, 1, 2].map((writer) => toggleTaints(lab(), node, writer, () => stopped));
      for (let round = 0; round < 25; round += 1) {
        await cordon(node, { incidentId: `incident-${round}` });
        expect(await uncordon(await readBack(cluster, node.name))).toBe('uncordoned');
      }
      await cordon(node);
      stopped = true;
      const theirs = (await Promise.all(writers)).flat();
      const taints = othersTaints(await readBack(cluster, node.name));
      expect(taints.map(({ key }) => key).toSorted()).toEqual([GPU.key, ...theirs].toSorted());
    }, 60_000);

    test('two runs that cordon and uncordon the same node leave it as it was', async () => {
      const { cluster, newNode } = lab();
      const node = await newNode({ taints: [GPU] });
      for (let round = 0; round < 10; round += 1) {
        await Promise.all([cordon(node, { incidentId: 'one' }), cordon(node, { incidentId: 'two' })]);
        const cordoned = await readBack(cluster, node.name);
        expect(cordoned.taints.filter(({ key }) => key === TAINT_KEY)).toHaveLength(1);
        const undone = await Promise.all([uncordon(cordoned), uncordon(cordoned)]);
        expect(undone).toContain('uncordoned');
        expect(whatWeMayChange(await readBack(cluster, node.name))).toEqual(whatWeMayChange(node));
      }
    }, 60_000);
  });
}

function requestFor(node: ClusterNode, request: Partial<CordonRequest>): CordonRequest {
  return {
    instanceId: node.providerId.split('/').at(-1) ?? '',
    nodeNameHint: node.name,
    providerIdHint: node.providerId,
    reason: 'spot-interruption',
    incidentId: 'incident-1',
    dryRun: false,
    ...request,
  };
}

function othersTaints({ taints }: ClusterNode): readonly Taint[] {
  return taints.filter(({ key }) => key !== TAINT_KEY && key !== MIRROR);
}

/** All that is ours to change: kubelets go on reporting, and the node controller's mirror of `unschedulable` may lag behind. */
function whatWeMayChange(node: ClusterNode) {
  const { annotations, labels, unschedulable } = node;
  const taints = node.taints.filter(({ key }) => key !== MIRROR);
  return { annotations, labels, taints, unschedulable };
}

/**
 * A controller that adds and removes two taints of its own by turns, and finds each time what it left. Returns
 * those that it left on the node.
 */
async function toggleTaints(
  { changeTaints }: Lab,
  node: ClusterNode,
  writer: number,
  isStopped: () => boolean,
): Promise<readonly string[]> {
  const left = new Set<string>();
  for (let round = 0; !isStopped(); round += 1) {
    const key = `writer-${writer}/${round % 2}`;
    await changeTaints(node, (taints) => {
      const mine = taints.filter((taint) => taint.key.startsWith(`writer-${writer}/`));
      expect(mine.map((taint) => taint.key).toSorted()).toEqual([...left].toSorted());
      if (left.has(key)) return taints.filter((taint) => taint.key !== key);
      return [...taints, { key, value: String(round), effect: 'PreferNoSchedule' }];
    });
    if (!left.delete(key)) left.add(key);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  return [...left];
}
