import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { Command } from 'commander';
import { startControlPlane } from '../../controlplane/control-plane.ts';
import { CROWD_NAMESPACE, createCrowd } from '../../controlplane/fleet/crowd.ts';
import { settle } from '../../controlplane/fleet/settle.ts';
import { systemClock } from '../../functions/clock.ts';
import { connectFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';
import type { PodRef } from '../../functions/cluster/objects.ts';
import type { ClusterPort } from '../../functions/cluster/port.ts';

/** How many evictions at a time empty a crowd fastest: through one budget, and in all where there are no budgets. */
interface Options {
  readonly nodes: string;
  readonly perBudget: string;
  readonly total: string;
  readonly pauses: string;
}

await new Command('bench:limits')
  .description('Evicts the same 10 pods a node with different limits, on a real control plane.')
  .option('--nodes <n>', 'nodes, with ten pods each under ten shared budgets', '50')
  .option('--per-budget <list>', 'evictions at a time through one budget', '1,2,3,4,8')
  .option('--pauses <ms>', 'after each eviction through a budget that was accepted', '0')
  .option('--total <list>', 'evictions at a time in all, without budgets', '10,50,100,500')
  .action(async ({ nodes, pauses, perBudget, total }: Options) => {
    const count = Number(nodes);
    await measure(count, '100%', perBudget, pauses, (pod) => pod.app);
    await measure(count, null, total, '0', () => 'all');
  })
  .parseAsync();

interface CrowdPod extends PodRef {
  readonly app: string;
}

async function measure(
  nodes: number,
  maxUnavailable: string | null,
  widths: string,
  pauses: string,
  queueOf: (pod: CrowdPod) => string,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const plane = await startControlPlane({ controllers: true });
  stack.defer(plane.close);
  const path = await plane.kubeconfigFor('bench');
  const admin = new KubeConfig();
  admin.loadFromFile(path);
  const { spares, targets } = await createCrowd(admin, { targets: nodes, spares: 10, maxUnavailable });
  const cluster = await connectFromKubeconfig({ path, clock: systemClock });
  for (const [width, pauseMs] of combine(widths, pauses)) {
    await settle(admin, { nodes: targets.length + spares.length });
    const pods = await listCrowd(admin);
    const { answers, seconds } = await evictAll(cluster, Map.groupBy(pods, queueOf), width, pauseMs);
    const what = maxUnavailable === null ? 'in all, no budgets' : 'through each budget';
    console.log(
      `${String(width).padStart(4)} at a time ${what}, ${pauseMs} ms between: ${seconds.toFixed(1)} s for ${pods.length} pods, ` +
        `an answer took ${answers.median.toFixed(2)} s, at most ${answers.max.toFixed(2)} s`,
    );
  }
}

function combine(widths: string, pauses: string): readonly (readonly [number, number])[] {
  const numbers = (list: string) => list.split(',').filter(Boolean).map(Number);
  return numbers(widths).flatMap((width) => numbers(pauses).map((pause) => [width, pause] as const));
}

async function listCrowd(admin: KubeConfig): Promise<readonly CrowdPod[]> {
  const { items } = await admin.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: CROWD_NAMESPACE });
  return items
    .filter(({ metadata }) => !metadata?.deletionTimestamp)
    .map(({ metadata }) => ({
      namespace: CROWD_NAMESPACE,
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      app: metadata?.labels?.app ?? '',
    }));
}

async function evictAll(
  cluster: ClusterPort,
  queues: ReadonlyMap<string, readonly CrowdPod[]>,
  width: number,
  pauseMs: number,
) {
  const start = performance.now();
  const times: number[] = [];
  const evict = async (pod: CrowdPod) => {
    for (;;) {
      const sentAt = performance.now();
      const { type } = await cluster.evict(pod, { dryRun: false });
      times.push((performance.now() - sentAt) / 1000);
      if (type === 'accepted' || type === 'gone') return;
    }
  };
  const work = [...queues.values()].flatMap((pods) => {
    const rest = [...pods];
    return Array.from({ length: width }, async () => {
      for (let pod = rest.pop(); pod; pod = rest.pop()) {
        await evict(pod);
        if (pauseMs > 0) await sleep(pauseMs);
      }
    });
  });
  await Promise.all(work);
  const sorted = times.toSorted((one, other) => one - other);
  const answers = { median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
  return { seconds: (performance.now() - start) / 1000, answers };
}
