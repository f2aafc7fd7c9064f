import { expect, test } from 'vitest';
import { type CordonRequest, cordonInstance, uncordonNode } from '../../functions/drain/cordon.ts';
import { INSTANCE, NODE, OTHER_NODE, openScene, PROVIDER_ID, type Scene } from './scene.ts';

const LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
const ANNOTATION = 'spot-responder/cordon';
const OUR_TAINT = { key: 'spot-responder/interruption', value: 'spot-interruption', effect: 'NoSchedule' };
const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
const FREE = 'i-00000000000000aaa';
const deadline = new Date(Date.now() + 120_000);

function cordon(scene: Scene, changes: Partial<CordonRequest> = {}) {
  return cordonInstance(scene.deps, {
    instanceId: INSTANCE,
    nodeNameHint: NODE,
    providerIdHint: PROVIDER_ID,
    reason: 'spot-interruption',
    incidentId: 'incident-1',
    deadline,
    dryRun: false,
    ...changes,
  });
}

/** All that a cordon may touch; the node controller's own taint for `unschedulable` comes and goes by itself. */
async function shape(scene: Scene, name = NODE) {
  const node = await scene.cluster.getNode(name);
  return {
    unschedulable: node?.unschedulable,
    taints: node?.taints.filter(({ key }) => key !== 'node.kubernetes.io/unschedulable'),
    label: node?.labels[LABEL],
    annotation: node?.annotations[ANNOTATION],
  };
}

test('one patch cordons a tainted node', async () => {
  await using scene = await openScene();
  expect(await cordon(scene)).toMatchObject({
    type: 'cordoned',
    already: false,
    node: { name: NODE, unschedulable: true },
  });
  expect(scene.cluster.requestCounts()).toEqual({ 'patch nodes': 1 });
  const { annotation, ...rest } = await shape(scene);
  expect(rest).toEqual({ unschedulable: true, taints: [GPU_TAINT, OUR_TAINT], label: 'true' });
  expect(JSON.parse(annotation ?? '')).toEqual({ incident: 'incident-1', deadline: deadline.toISOString() });
});

test('a node without taints takes a second patch, still without reading it', async () => {
  await using scene = await openScene();
  scene.simulated.addNode({ name: 'plain', instanceId: FREE, zone: 'us-east-2a' });
  const request = { instanceId: FREE, nodeNameHint: 'plain', providerIdHint: `aws:///us-east-2a/${FREE}` };
  expect(await cordon(scene, request)).toMatchObject({ type: 'cordoned', already: false });
  expect(scene.cluster.requestCounts()).toEqual({ 'patch nodes': 2 });
  expect((await shape(scene, 'plain')).taints).toEqual([OUR_TAINT]);
});

test.each([
  ['no hints', { nodeNameHint: undefined, providerIdHint: undefined }],
  ['a name but no zone', { nodeNameHint: NODE, providerIdHint: undefined }],
  ["another node's name", { nodeNameHint: OTHER_NODE, providerIdHint: PROVIDER_ID }],
  ["another node's name and no zone", { nodeNameHint: OTHER_NODE, providerIdHint: undefined }],
  ['a name that does not exist', { nodeNameHint: 'nowhere', providerIdHint: PROVIDER_ID }],
])(
  'with %s the right node is found, and no other is touched',
  async (_, { nodeNameHint, providerIdHint }) => {
    await using scene = await openScene();
    const before = await shape(scene, OTHER_NODE);
    const answer = await cordonInstance(scene.deps, {
      instanceId: INSTANCE,
      ...(nodeNameHint && { nodeNameHint }),
      ...(providerIdHint && { providerIdHint }),
      reason: 'spot-interruption',
      incidentId: 'incident-1',
      dryRun: false,
    });
    expect(answer).toMatchObject({ type: 'cordoned', node: { name: NODE } });
    expect(await shape(scene, OTHER_NODE)).toEqual(before);
  },
);

test('an instance without a node is an answer, not an error', async () => {
  await using scene = await openScene();
  const request = { instanceId: FREE, providerIdHint: `aws:///us-east-2a/${FREE}` };
  expect(await cordon(scene, request)).toEqual({ type: 'node-gone' });
  expect((await shape(scene)).unschedulable).toBe(false);
});

test('a second run of the same incident changes nothing', async () => {
  await using scene = await openScene();
  await cordon(scene);
  const before = await scene.node();
  expect(await cordon(scene)).toMatchObject({ type: 'cordoned', already: true });
  expect((await scene.node())?.resourceVersion).toBe(before?.resourceVersion);
});

test('a harder interruption takes the cordon over, and its undo still goes back to the start', async () => {
  await using scene = await openScene();
  const before = await shape(scene);
  await cordon(scene, { reason: 'rebalance-recommendation' });
  expect(await cordon(scene, { incidentId: 'incident-2' })).toMatchObject({ already: true });
  expect((await shape(scene)).taints).toEqual([GPU_TAINT, OUR_TAINT]);
  expect(await undo(scene)).toBe('uncordoned');
  expect(await shape(scene)).toEqual(before);
});

test.each([
  ['a plain node', {}],
  ['a node that somebody had cordoned', { unschedulable: true }],
  ['a node that somebody had taken from load balancers', { labels: { [LABEL]: '' } }],
  [
    'a node with all of that and taints',
    { unschedulable: true, labels: { [LABEL]: 'true' }, taints: [GPU_TAINT] as const },
  ],
])('the undo of %s is exact', async (_, options) => {
  await using scene = await openScene();
  const taints = 'taints' in options ? [{ ...GPU_TAINT, effect: 'NoSchedule' as const }] : [];
  scene.simulated.addNode({ name: 'n', instanceId: FREE, zone: 'us-east-2a', ...options, taints });
  const before = await shape(scene, 'n');
  await cordon(scene, { instanceId: FREE, nodeNameHint: 'n', providerIdHint: `aws:///us-east-2a/${FREE}` });
  expect(await shape(scene, 'n')).not.toEqual(before);
  expect(await undo(scene, 'n')).toBe('uncordoned');
  expect(await shape(scene, 'n')).toEqual(before);
});

test('there is nothing to undo on a node that is not ours', async () => {
  await using scene = await openScene();
  expect(await undo(scene, OTHER_NODE)).toBe('not-ours');
  expect(scene.requests('nodes', 'patch')).toHaveLength(0);
});

test("an undo that meets another writer keeps that writer's change", async () => {
  await using scene = await openScene();
  await cordon(scene);
  const stale = await scene.node();
  const patch = [
    { op: 'add', path: '/spec/taints/0', value: { key: 'late', effect: 'NoSchedule' } },
  ] as const;
  await scene.cluster.patchNode(NODE, patch, { dryRun: false });
  expect(stale && (await uncordonNode(scene.deps, stale, false))).toBe('uncordoned');
  expect((await shape(scene)).taints).toMatchObject([{ key: 'late' }, GPU_TAINT]);
});

test('a node that was replaced under its name is not uncordoned', async () => {
  await using scene = await openScene();
  await cordon(scene);
  const old = await scene.node();
  scene.simulated.removeNode(NODE);
  scene.simulated.addNode({ name: NODE, instanceId: FREE, zone: 'us-east-2a', unschedulable: true });
  expect(old && (await uncordonNode(scene.deps, old, false))).toBe('gone');
  expect((await shape(scene)).unschedulable).toBe(true);
});

test('dry runs of cordon and undo change nothing', async () => {
  await using scene = await openScene();
  const before = await scene.node();
  expect(await cordon(scene, { dryRun: true })).toMatchObject({
    type: 'cordoned',
    node: { unschedulable: true },
  });
  expect(await scene.node()).toEqual(before);
  await cordon(scene);
  const cordoned = await scene.node();
  expect(cordoned && (await uncordonNode(scene.deps, cordoned, true))).toBe('uncordoned');
  expect(await scene.node()).toEqual(cordoned);
});

test('overload and lost answers are survived', async () => {
  await using scene = await openScene();
  scene.simulated.inject({
    match: { verb: 'patch', resource: 'nodes' },
    fault: { type: 'server-error' },
    times: 2,
  });
  scene.simulated.inject({
    match: { verb: 'patch', resource: 'nodes' },
    fault: { type: 'reset', applied: true },
    times: 1,
  });
  expect(await cordon(scene)).toMatchObject({ type: 'cordoned' });
  expect((await shape(scene)).taints).toEqual([GPU_TAINT, OUR_TAINT]);
});

test('a missing permission reaches the operator', async () => {
  await using scene = await openScene();
  scene.simulated.inject({ match: { verb: 'patch', resource: 'nodes' }, fault: { type: 'forbidden' } });
  await expect(cordon(scene)).rejects.toMatchObject({ name: 'ClusterError', fault: 'forbidden' });
});

async function undo(scene: Scene, name = NODE) {
  const node = await scene.cluster.getNode(name);
  return node && uncordonNode(scene.deps, node, false);
}
