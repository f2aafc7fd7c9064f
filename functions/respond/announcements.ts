import type { LocatedInstance } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import type { Response } from './policy.ts';
import type { InterruptionReport } from './report.ts';

/** Tells our bus at once, before the drain. Not awaited by the drain; never throws. */
export async function announceReceived(
  chapter: Chapter,
  instance: LocatedInstance,
  response: Response,
): Promise<void> {
  await announce(chapter, 'Interruption Received', { ...signalOf(chapter), ...placeOf(instance), response });
}

/** Tells our bus how it ended, pod by pod. */
export async function announceHandled(chapter: Chapter, report: InterruptionReport): Promise<void> {
  await announce(chapter, 'Interruption Handled', {
    ...signalOf(chapter),
    ...(report.instance && placeOf(report.instance)),
    node: report.nodeName,
    incident: report.incidentId,
    outcome: report.outcome,
    pods: report.drain?.pods.map(({ namespace, name, decision, reason, outcome }) => ({
      namespace,
      name,
      decision,
      reason,
      outcome,
    })),
  });
}

async function announce(
  { deps }: Chapter,
  detailType: 'Interruption Received' | 'Interruption Handled',
  detail: Record<string, unknown>,
) {
  const answer = await deps.announcer.announce({ detailType, detail, time: deps.clock.now() });
  if (answer.type === 'failed')
    deps.log.warn('Event bus did not take the announcement', { detailType, reason: answer.reason });
}

function signalOf({ interruption }: Chapter) {
  const { account, action, deadline, instanceId, kind, noticedAt, region, severity } = interruption;
  return { account, action, deadline, instanceId, kind, noticedAt, region, severity };
}

function placeOf({ clusterName, instanceType, owner, zone }: LocatedInstance) {
  return { clusterName, instanceType, owner, zone };
}
