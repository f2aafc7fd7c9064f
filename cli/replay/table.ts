import { stripVTControlCharacters } from 'node:util';
import { describeTraining } from '../../functions/checkpoint/outcome.ts';
import { secondsBetween } from '../../functions/clock.ts';
import type { PodOutcome, PodReport } from '../../functions/drain/outcome.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';

/** One row a pod: what was decided, what became of it, when. */
export function podTable(report: InterruptionReport): string {
  const rows = (report.drain?.pods ?? []).map((pod) => podRow(pod, report.interruption.noticedAt));
  return layOut([['POD', 'DECISION', 'OUTCOME', 'AT', 'WHY'], ...rows]);
}

/** One row an interruption, for storms. */
export function interruptionTable(reports: readonly InterruptionReport[]): string {
  const rows = reports.map(({ interruption, nodeName, outcome, drain }) => [
    interruption.instanceId,
    nodeName ?? '-',
    interruption.kind,
    outcome.type,
    String(
      drain?.pods.filter(({ decision }) => decision === 'evict' || decision === 'save-first').length ?? 0,
    ),
  ]);
  return layOut([['INSTANCE', 'NODE', 'SIGNAL', 'OUTCOME', 'EVICTED'], ...rows]);
}

/** Columns as wide as their widest cell, two spaces apart. */
export function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => visible(row[column]).length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visible(cell).length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const visible = (cell: string | undefined) => stripVTControlCharacters(cell ?? '');

function podRow(
  { namespace, name, checkpoint, decision, outcome, reason, warning }: PodReport,
  noticedAt: Date,
): string[] {
  const at = endOf(outcome);
  const why = 'reason' in outcome && outcome.result !== 'skipped' ? outcome.reason : reason;
  return [
    `${namespace}/${name}`,
    decision,
    outcome.result,
    at ? `T+${secondsBetween(noticedAt, at).toFixed(1)}s` : '-',
    [checkpoint ? describeTraining(checkpoint) : why, warning].filter(Boolean).join('; '),
  ];
}

function endOf(outcome: PodOutcome): Date | undefined {
  if ('goneAt' in outcome && outcome.goneAt) return outcome.goneAt;
  return 'acceptedAt' in outcome ? outcome.acceptedAt : undefined;
}
