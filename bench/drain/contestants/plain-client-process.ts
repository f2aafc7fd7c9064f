import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../functions/clock.ts';
import { connectFromKubeconfig } from '../../../functions/cluster/kubeconfig-connection.ts';
import type { Pod } from '../../../functions/cluster/objects.ts';
import type { ClusterPort } from '../../../functions/cluster/port.ts';

process.on('message', async ({ nodes, until }: { nodes: readonly string[]; until: number }) => {
  const cluster = await connectFromKubeconfig({ path: process.argv[2] ?? '', clock: systemClock });
  await Promise.all(nodes.map((node) => drain(cluster, node, until)));
  process.send?.('done');
});
process.send?.('ready');

async function drain(cluster: ClusterPort, node: string, until: number): Promise<void> {
  const cordon = [{ op: 'add', path: '/spec/unschedulable', value: true } as const];
  await cluster.patchNode(node, cordon, { dryRun: false });
  const { pods } = await cluster.listPodsOnNode(node);
  const toMove = pods.filter(({ owner }) => owner?.kind !== 'DaemonSet');
  await Promise.all(toMove.map((pod) => evict(cluster, pod, until)));
}

async function evict(cluster: ClusterPort, pod: Pod, until: number): Promise<void> {
  while (Date.now() < until) {
    const { type } = await cluster.evict(pod, { dryRun: false });
    if (type === 'accepted' || type === 'gone') return;
    await sleep(1_000);
  }
}
