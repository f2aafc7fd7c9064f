import { readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { replayOnCluster } from '../../cli/replay/on-cluster.ts';
import type { TrainingCluster } from '../../controlplane/training/cluster.ts';
import { secondsBetween } from '../../functions/clock.ts';

const NOTICE = new URL('../../events/spot-interruption-terminate.json', import.meta.url);

/** The responder handles a spot notice for the pod's node; then that node is gone and a new one is there. */
export async function interrupt(
  cluster: TrainingCluster,
  { spec }: V1Pod,
  signal: AbortSignal,
): Promise<{ readonly savedAfter?: number }> {
  const node = spec?.nodeName ?? '';
  await cluster.addNode();
  const file = NOTICE.pathname;
  const event: unknown = JSON.parse(await readFile(NOTICE, 'utf8'));
  const options = { kubeconfig: cluster.responderKubeconfig, node, execute: true, json: true } as const;
  const { reports } = await replayOnCluster([{ file, event }], options, signal);
  const [report] = reports;
  if (report?.outcome.type !== 'emptied')
    throw new Error(`the responder left ${node}: ${JSON.stringify(report?.outcome)}`);
  await cluster.removeNode(node);
  const saved = report.moments.find(({ type }) => type === 'saved');
  return saved ? { savedAfter: secondsBetween(report.interruption.noticedAt, saved.at) } : {};
}
