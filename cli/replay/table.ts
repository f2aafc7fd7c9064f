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

const MOST_ROWS = 10;

/** One row an interruption; of many, one row an outcome and those that did not go well. */
export function stormTable(reports: readonly InterruptionReport[]): string {
  if (reports.length <= MOST_ROWS) return interruptionTable(reports);
  const rows = [...Map.groupBy(reports, ({ outcome }) => outcome.type)].map(([type, group]) => [
    type,
    String(group.length),
    String(group.reduce((sum, report) => sum + countEvicted(report), 0)),
  ]);
  const summary = layOut([['OUTCOME', 'NODES', 'EVICTED'], ...rows]);
  const others = reports.filter(({ outcome }) => outcome.type !== 'emptied' && outcome.type !== 'planned');
  if (others.length === 0) return summary;
  const rest = others.length > MOST_ROWS ? `\nand ${others.length - MOST_ROWS} more` : '';
  return `${summary}\n\n${interruptionTable(others.slice(0, MOST_ROWS))}${rest}`;
}

function interruptionTable(reports: readonly InterruptionReport[]): string {
  const rows = reports.map((report) => [
    report.interruption.instanceId,
    report.nodeName?.split('.')[0] ?? '-',
    report.interruption.kind,
    report.outcome.type,
    String(countEvicted(report)),
  ]);
  return layOut([['INSTANCE', 'NODE', 'SIGNAL', 'OUTCOME', 'EVICTED'], ...rows]);
}

function countEvicted({ drain }: InterruptionReport): number {
  return drain?.pods.filter(({ decision }) => decision === 'evict' || decision === 'save-first').length ?? 0;
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
