import { expect, test } from 'vitest';
import { spotNode } from '../../controlplane/fleet/nodes.ts';

test('no two nodes of a fleet share an instance or a name', () => {
  const nodes = Array.from({ length: 2_000 }, (_, at) => spotNode(at + 1));
  expect(new Set(nodes.map(({ instanceId }) => instanceId)).size).toBe(nodes.length);
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
});
