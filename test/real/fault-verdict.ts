import {
  type AuditedRequest,
  acceptedRemovals,
  readAuditLog,
  removedTwice,
} from '../../controlplane/audit.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { RESPONDER } from '../support/control-plane.ts';
import type { FaultScene } from './fault-scene.ts';

/** A busy machine may close the story a little after the drain has ended. */
const TOLERANCE_MS = 3_000;

/**
 * What the responder did wrong, by the API server's own log of what it was asked and what it accepted, and by the
 * report: empty when nothing.
 */
export async function violationsOf(
  scene: FaultScene,
  report: InterruptionReport,
  { dryRun = false } = {},
): Promise<string[]> {
  const requests = (await readAuditLog(scene.auditLog)).filter(({ user }) => user === RESPONDER);
  const removals = acceptedRemovals(requests).filter(({ namespace }) => namespace === scene.namespace);
  return [
    ...removedTwice(removals).map((pod) => `${pod} was evicted twice`),
    ...(dryRun ? removals : removals.filter(({ name }) => !scene.leaving.includes(name))).map(
      ({ name }) => `${name} was evicted, which is ${dryRun ? 'a dry run' : 'not to leave the node'}`,
    ),
    ...(dryRun ? changesOf(requests, scene) : evictedBefore(cordonOf(requests, scene), removals)),
    ...unnamed(scene, report),
    ...(report.finishedAt.getTime() > scene.deadline.getTime() + TOLERANCE_MS
      ? ['the outcome came after the deadline']
      : []),
  ];
}

function cordonOf(requests: readonly AuditedRequest[], { node }: FaultScene): Date | undefined {
  return requests.find(
    ({ code, dryRun, name, resource, verb }) =>
      verb === 'patch' && resource === 'nodes' && name === node && code === 200 && !dryRun,
  )?.completedAt;
}

function changesOf(requests: readonly AuditedRequest[], { namespace, node }: FaultScene): string[] {
  return requests
    .filter(({ dryRun, verb }) => !dryRun && !['get', 'list', 'watch'].includes(verb))
    .filter((request) => request.namespace === namespace || request.name === node)
    .map(({ name, resource, verb }) => `a dry run sent ${verb} ${resource} ${name} in earnest`);
}

function evictedBefore(cordonedAt: Date | undefined, removals: readonly AuditedRequest[]): string[] {
  return removals
    .filter(({ receivedAt }) => !cordonedAt || receivedAt < cordonedAt)
    .map(({ name }) => `${name} was evicted before the node was cordoned`);
}

/** A drain that never came as far as its plan knows no pods; then the outcome says why. */
function unnamed({ leaving }: FaultScene, { drain, outcome }: InterruptionReport): string[] {
  if (!drain)
    return outcome.type === 'failed' && outcome.reason !== '' ? [] : [`it ended as ${outcome.type}`];
  const named = new Set(drain.pods.map(({ name }) => name));
  return leaving.filter((name) => !named.has(name)).map((name) => `${name} has no outcome`);
}
