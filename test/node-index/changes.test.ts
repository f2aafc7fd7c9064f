import { expect, test } from 'vitest';
import type { LocatedInstance } from '../../functions/locate/located.ts';
import { decideWrites, type Findings, stored } from '../../functions/node-index/changes.ts';
import { instanceId } from '../locate/instance-id.ts';

const now = new Date('2026-11-20T10:00:00Z');
const hours = (count: number) => new Date(now.getTime() + count * 3600_000);

function node(n: number, changes: Partial<LocatedInstance> = {}): LocatedInstance {
  return {
    instanceId: instanceId(n),
    clusterName: 'one',
    owner: { type: 'managed-node-group', nodeGroup: 'gpu' },
    region: 'us-east-2',
    nodeNameHint: `node-${n}`,
    tainted: true,
    ...changes,
  };
}

function written(
  nodes: readonly LocatedInstance[],
  { before = [], at = now, unread = [] }: { before?: LocatedInstance[]; at?: Date; unread?: string[] } = {},
): string[] {
  const known: Findings['known'] = new Map(before.map((each) => [each.instanceId, stored(each, now)]));
  const writes = decideWrites({ nodes, known, unread: new Set(unread) }, at);
  return writes.map(({ value }) => `${value.instanceId} in ${value.clusterName}`);
}

const first = `${instanceId(1)} in one`;

test.each([
  ['a new node', written([node(1)]), [first]],
  ['a node as it is known', written([node(1)], { before: [node(1)] }), []],
  ['a node that lost its taints', written([node(1, { tainted: false })], { before: [node(1)] }), [first]],
  ['a node half way to its end', written([node(1)], { before: [node(1)], at: hours(13) }), [first]],
  ['a node before that', written([node(1)], { before: [node(1)], at: hours(11) }), []],
  ['one of two', written([node(1), node(2)], { before: [node(2)] }), [first]],
])('%s: %j is written', (_, actual, expected) => {
  expect(actual).toEqual(expected);
});

test('an instance that two clusters claim is not written', () => {
  expect(written([node(1), node(1, { clusterName: 'two' })])).toEqual([]);
});

test('an instance changes its cluster only when the old one was read and has it no more', () => {
  const claim = node(1, { clusterName: 'two' });
  expect(written([claim], { before: [node(1)], unread: ['one'] })).toEqual([]);
  expect(written([claim], { before: [node(1)] })).toEqual([`${instanceId(1)} in two`]);
});
