import { expect, test } from 'vitest';
import { evict, only, send, startTwoNodes, watchPods } from './api.ts';

const POD = { namespace: 'ml', name: 'one', node: 'node-a' };
const ON_NODE_A = 'fieldSelector=spec.nodeName%3Dnode-a';

test('a watch resumes from a list and shows a pod stopping and going', async () => {
  const { cluster, clock } = await startTwoNodes();
  const pod = cluster.addBarePod(POD);
  const list = await send(cluster, 'GET', `/api/v1/pods?${ON_NODE_A}`);
  await evict(cluster, pod);
  const watch = await watchPods(
    cluster,
    `${ON_NODE_A}&resourceVersion=${list.body.metadata?.resourceVersion}`,
  );
  cluster.addBarePod({ ...POD, name: 'elsewhere', node: 'node-b' });
  await clock.advance(5_000);
  const seen = [await watch.next(), await watch.next(), await watch.next()];
  expect(seen.map((event) => [event?.type, event?.object.metadata?.name])).toEqual([
    ['MODIFIED', 'one'],
    ['MODIFIED', 'one'],
    ['DELETED', 'one'],
  ]);
  const versions = seen.map((event) => Number(event?.object.metadata?.resourceVersion));
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
});

test('a watch without a version begins with what exists', async () => {
  const { cluster } = await startTwoNodes();
  cluster.addBarePod(POD);
  const watch = await watchPods(cluster, ON_NODE_A);
  expect(await watch.next()).toMatchObject({
    type: 'ADDED',
    object: { kind: 'Pod', metadata: { name: 'one' } },
  });
});

test('a compacted version gives one ERROR event of 410 Expired and ends', async () => {
  const { cluster } = await startTwoNodes();
  const { resourceVersion } = cluster.addBarePod(POD).metadata;
  cluster.annotatePod('ml', 'one', { a: 'b' });
  cluster.compact();
  const watch = await watchPods(cluster, `resourceVersion=${resourceVersion}`);
  expect(await watch.next()).toMatchObject({
    type: 'ERROR',
    object: { kind: 'Status', reason: 'Expired', code: 410 },
  });
  expect(await watch.next()).toBeUndefined();
});

test('the stream ends after timeoutSeconds with a bookmark where asked for', async () => {
  const { cluster, clock } = await startTwoNodes();
  const { resourceVersion } = cluster.addBarePod(POD).metadata;
  const query = `resourceVersion=${resourceVersion}&timeoutSeconds=5`;
  const plain = await watchPods(cluster, query);
  const marked = await watchPods(cluster, `${query}&allowWatchBookmarks=true`);
  await clock.advance(5_000);
  expect(await plain.next()).toBeUndefined();
  expect(await marked.next()).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'Pod', metadata: { resourceVersion } },
  });
  expect(await marked.next()).toBeUndefined();
});

test('dropped watches break', async () => {
  const { cluster } = await startTwoNodes();
  const { resourceVersion } = cluster.addBarePod(POD).metadata;
  const watch = await watchPods(cluster, `resourceVersion=${resourceVersion}`);
  cluster.dropWatches();
  await expect(watch.next()).rejects.toThrow('terminated');
});

test('a pod leaving the selection is DELETED', async () => {
  const { cluster } = await startTwoNodes();
  const { resourceVersion } = cluster.addBarePod(POD).metadata;
  const watch = await watchPods(
    cluster,
    `fieldSelector=status.phase%3DRunning&resourceVersion=${resourceVersion}`,
  );
  const headers = { 'content-type': 'application/merge-patch+json' };
  await send(
    cluster,
    'PATCH',
    '/api/v1/namespaces/ml/pods/one/status',
    { status: { phase: 'Failed' } },
    headers,
  );
  expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { status: { phase: 'Running' } } });
  expect(only(cluster.pods()).status.phase).toBe('Failed');
});
