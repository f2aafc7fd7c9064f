import { describeTraining } from '../checkpoint/outcome.ts';
import { secondsBetween } from '../clock.ts';
import type { PodReport } from '../drain/outcome.ts';
import type { InterruptionReport, Outcome } from '../respond/report.ts';

/** What a person reads when an interruption has been dealt with. Plain text, worst news first. */
export function composeMessage(report: InterruptionReport): string {
  const { interruption, instance, nodeName, outcome } = report;
  const where = instance
    ? `${nodeName ?? interruption.instanceId} in ${instance.clusterName}`
    : interruption.instanceId;
  const what = [instance?.instanceType, instance?.zone].filter(Boolean).join(', ');
  return [
    `${headline(outcome)}: ${where}${what ? ` (${what})` : ''}`,
    `${interruption.kind} at ${interruption.noticedAt.toISOString()}${spare(report)}`,
    ...podLines(report.drain?.pods ?? []),
    ...(report.training ?? []).map(
      ({ checkpoint }) => `Training ${checkpoint.gang}: ${describeTraining(checkpoint)}`,
    ),
    ...('reason' in outcome ? [`Why: ${outcome.reason}`] : []),
  ].join('\n');
}

function headline(outcome: Outcome): string {
  switch (outcome.type) {
    case 'emptied':
      return 'Node emptied in time';
    case 'still-terminating':
      return 'Pods were still stopping when the time was up';
    case 'blocked':
      return 'Pods could not be moved';
    case 'planned':
      return 'Dry run, nothing was changed';
    case 'cordoned':
      return 'Node cordoned, not drained';
    case 'uncordoned':
      return 'Notice cancelled, node back in service';
    case 'told':
      return 'Interruption announced, nothing done';
    case 'too-late':
      return 'The event came too late';
    case 'failed':
      return 'The response failed';
    case 'interrupted':
      return 'This run was stopped';
    case 'joined':
    case 'already-handled':
      return 'Already taken care of';
    case 'not-ours':
    case 'node-gone':
    case 'ambiguous':
      return 'No node to act on';
  }
}

function spare({ drain, interruption }: InterruptionReport): string {
  if (!drain?.emptiedAt || !interruption.deadline) return '';
  return `, ${secondsBetween(drain.emptiedAt, interruption.deadline).toFixed(0)} s to spare`;
}

function podLines(pods: readonly PodReport[]): string[] {
  const count = (result: string) => pods.filter(({ outcome }) => outcome.result === result).length;
  const counts = [
    'evicted',
    'deleted',
    'already-gone',
    'still-terminating',
    'blocked',
    'failed',
    'would-evict',
    'would-be-blocked',
    'skipped',
  ]
    .map((result) => ({ result, n: count(result) }))
    .filter(({ n }) => n > 0)
    .map(({ n, result }) => `${n} ${result}`);
  const blockers = [...new Set(pods.flatMap(({ outcome }) => ('budgets' in outcome ? outcome.budgets : [])))];
  return [
    ...(counts.length > 0 ? [`Pods: ${counts.join(', ')}`] : []),
    ...(blockers.length > 0 ? [`Blocked by: ${blockers.join(', ')}`] : []),
  ];
}
