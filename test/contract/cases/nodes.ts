import { describe, expect, test } from 'vitest';
import { findNode } from '../../../functions/drain/find-node.ts';
import type { Lab } from '../lab.ts';

const GPU = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const;

export function nodeCases(lab: () => Lab): void {
  describe('nodes', () => {
    test('a node is read by its name; an absent one is no error', async () => {
      const { cluster, newNode } = lab();
      const node = await newNode({ labels: { pool: 'gpu' }, taints: [GPU] });
      expect(await cluster.getNode(node.name)).toEqual(node);
      expect(node).toMatchObject({
        labels: { pool: 'gpu' },
        taints: [GPU],
        unschedulable: false,
        ready: true,
      });
      expect(node.providerId).toMatch(/^aws:\/\/\/us-east-2a\/i-0[0-9a-f]{16}$/);
      expect(node.resourceVersion).toMatch(/^[1-9]\d*$/);
      expect(await cluster.getNode('no-such-node')).toBeUndefined();
    });

    test.each(['its own name', "another instance's name", "a departed node's name", 'nothing'] as const)(
      'an instance is found by its providerID with %s to go by',
      async (hint) => {
        const { cluster, newNode } = lab();
        const [node, other] = [await newNode(), await newNode()];
        const instanceId = node.providerId.split('/').at(-1) ?? '';
        const hints = {
          'its own name': { nodeNameHint: node.name },
          "another instance's name": { nodeNameHint: other.name },
          "a departed node's name": { nodeNameHint: 'no-such-node' },
          nothing: {},
        };
        expect((await findNode(cluster, { instanceId, ...hints[hint] }))?.name).toBe(node.name);
      },
    );

    test('an instance that is no node is not found', async () => {
      const { cluster, newNode } = lab();
      const { name } = await newNode();
      expect(
        await findNode(cluster, { instanceId: 'i-0ffffffffffffffff', nodeNameHint: name }),
      ).toBeUndefined();
    });

    test('a dry run answers with the patched node and stores nothing', async () => {
      const { cluster, newNode } = lab();
      const node = await newNode();
      const patch = [{ op: 'add', path: '/spec/unschedulable', value: true }] as const;
      const answer = await cluster.patchNode(node.name, patch, { dryRun: true });
      expect(answer).toMatchObject({ type: 'patched', node: { unschedulable: true } });
      expect(await cluster.getNode(node.name)).toEqual(node);
    });

    test.each([
      ['tests another providerID', { op: 'test', path: '/spec/providerID', value: 'aws:///us-east-2a/i-0f' }],
      ['tests an old version', { op: 'test', path: '/metadata/resourceVersion', value: '1' }],
      ['tests that nothing is where something is', { op: 'test', path: '/spec/providerID', value: null }],
      ['adds to a list that is not there', { op: 'add', path: '/spec/taints/-', value: GPU }],
      ['removes what is not there', { op: 'remove', path: '/spec/unschedulable' }],
      ['tests a place that nothing leads to', { op: 'test', path: '/spec/taints/0/key', value: null }],
    ] as const)('a patch that %s is a conflict and changes nothing', async (_, operation) => {
      const { cluster, newNode } = lab();
      const node = await newNode();
      const patch = [operation, { op: 'add', path: '/spec/unschedulable', value: true }] as const;
      const answer = await cluster.patchNode(node.name, patch, { dryRun: false });
      expect(answer).toMatchObject({ type: 'conflict', reason: expect.stringContaining('rejected') });
      expect(await cluster.getNode(node.name)).toEqual(node);
    });

    test('a test for nothing passes where nothing is', async () => {
      const { cluster, newNode } = lab();
      const { name } = await newNode();
      const patch = [
        { op: 'test', path: '/spec/taints', value: null },
        { op: 'test', path: '/spec/unschedulable', value: null },
        { op: 'test', path: '/metadata/annotations/none', value: null },
        { op: 'add', path: '/spec/unschedulable', value: true },
      ] as const;
      expect(await cluster.patchNode(name, patch, { dryRun: false })).toMatchObject({ type: 'patched' });
    });

    test('a taint twice is refused as a conflict, an absent node is not found', async () => {
      const { cluster, newNode } = lab();
      const { name } = await newNode();
      const ours = { key: 'spot-responder/interruption', value: 'x', effect: 'NoSchedule' };
      const twice = [{ op: 'add', path: '/spec/taints', value: [ours, ours] }] as const;
      const answer = await cluster.patchNode(name, twice, { dryRun: false });
      expect(answer).toMatchObject({ type: 'conflict', reason: expect.stringContaining('must be unique') });
      expect(await cluster.patchNode('no-such-node', twice, { dryRun: false })).toEqual({
        type: 'not-found',
      });
    });
  });
}
