import type { DeploymentRef } from '../../cluster/objects.ts';
import type { Decided } from '../decide.ts';
import type { PoolReading } from '../world/pool-world.ts';
import { mayAct, type Run } from './run.ts';

/** The placeholders' number, where it is not what it should be. */
export function placeholdersToSet(
  { definition, state }: PoolReading,
  { probe }: Decided,
): { readonly deployment: DeploymentRef; readonly replicas: number } | undefined {
  const { placeholders: deployment } = definition;
  if (!deployment || !probe || probe.replicas === state.spot.placeholders?.replicas) return undefined;
  return { deployment, replicas: probe.replicas };
}

/** Before any drain: a pod on its way back should find the placeholder gone, not push it aside to wait for a node of its own. */
export async function scalePlaceholders(run: Run): Promise<void> {
  const { decided, deps, reading } = run;
  const wanted = placeholdersToSet(reading, decided);
  if (!wanted || !mayAct(run)) return;
  const cluster = await deps.connect(reading.definition.cluster);
  const answer = await cluster.setScale(wanted.deployment, wanted.replicas, { dryRun: false });
  deps.log.info('Placeholders scaled', { pool: reading.definition.key, replicas: wanted.replicas, answer });
}
