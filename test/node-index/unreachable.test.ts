import { expect, test } from 'vitest';
import type { Clock } from '../../functions/clock.ts';
import type { ClusterNode } from '../../functions/cluster/objects.ts';

import { openReader } from '../../functions/node-index/read-clusters.ts';
import { instanceId } from '../locate/instance-id.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';

const NODE: ClusterNode = {
  name: 'node-1',
  uid: 'uid',
  resourceVersion: '1',
  providerId: `aws:///us-east-2a/${instanceId(1)}`,
  labels: { 'eks.amazonaws.com/nodegroup': 'gpu' },
  annotations: {},
  taints: [],
  unschedulable: false,
  ready: true,
  gpus: 0,
  allocatableGpus: 0,
};

/** Clusters whose packets vanish, as those behind a private endpoint do, and one that answers. */
function readerOf(clock: Clock) {
  const cluster = (name: string) => ({
    async *listNodes(signal?: AbortSignal) {
      if (name !== 'good') await clock.sleep(3_600_000, signal);
      yield NODE;
    },
  });
  return openReader({
    table: { documents: {} as never, table: 'table', clock, random: () => 0 },
    region: 'us-east-2',
    listClusters: async () => [],
    describeCluster: async (name) => ({ server: `https://${name}` }),
    connect: async (name) => cluster(name),
    ec2: { locate: () => Promise.reject(new Error('nobody asks EC2')) },
    log: silentLog,
  });
}

async function secondsOf<T>(clock: FakeClock, work: Promise<T>): Promise<readonly [T, number]> {
  const began = clock.now().getTime();
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(500);
  return [await done, (clock.now().getTime() - began) / 1_000];
}

test('clusters that do not answer leave time to write what others did, and are left alone by the next pass', async () => {
  const clock = new FakeClock();
  const read = readerOf(clock);
  const silent = Array.from({ length: 9 }, (_, at) => `private-${at}`);
  const [first, seconds] = await secondsOf(clock, read(['good', ...silent]));
  expect([...first.complete]).toEqual(['good']);
  expect(first.nodes).toHaveLength(1);
  expect(seconds).toBeLessThan(40);
  const [second, again] = await secondsOf(clock, read([...silent, 'good']));
  expect([...second.complete]).toEqual(['good']);
  expect(again).toBeLessThan(40);
});
