import { stripVTControlCharacters } from 'node:util';
import { describeTraining } from '../../functions/checkpoint/outcome.ts';
import { secondsBetween } from '../../functions/clock.ts';
import type { PodOutcome, PodReport } from '../../functions/drain/outcome.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { hang } from './wrap.ts';

/** What the last column needs at least; where there is less room, for all or for a word, it goes below its row. */
const LEAST_WHY = 18;
const BELOW = 4;

/** One row a pod: what became of it, when, and why. No line is longer than `width` unless a word is. */
export function podTable(report: InterruptionReport, width: number): string {
  const pods = report.drain?.pods ?? [];
  const rows = pods.map((pod) => podRow(pod, report.interruption.noticedAt));
  const [head = '', ...lines] = layOut([['POD', 'OUTCOME', 'AT'], ...rows]).split('\n');
  const margin = Math.max(...[head, ...lines].map(({ length }) => length)) + 2;
  const room = width - margin;
  const withWhy = (line: string, why: string) => {
    const longest = Math.max(LEAST_WHY, ...why.split(' ').map(({ length }) => length));
    if (longest <= room) return line.padEnd(margin) + hang(why, margin, width);
    return `${line}\n${' '.repeat(BELOW)}${hang(why, BELOW, width)}`;
  };
  return [
    room >= LEAST_WHY ? `${head.padEnd(margin)}WHY` : head,
    ...pods.map((pod, at) => withWhy(lines[at] ?? '', whyOf(pod))),
  ].join('\n');
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

function podRow({ namespace, name, outcome }: PodReport, noticedAt: Date): string[] {
  const at = endOf(outcome);
  const when = at ? `T+${secondsBetween(noticedAt, at).toFixed(1)}s` : '-';
  return [`${namespace}/${name}`, outcome.result, when];
}

function whyOf({ checkpoint, outcome, reason, warning }: PodReport): string {
  const why = 'reason' in outcome && outcome.result !== 'skipped' ? outcome.reason : reason;
  return [checkpoint ? describeTraining(checkpoint) : why, warning].filter(Boolean).join('; ');
}

function endOf(outcome: PodOutcome): Date | undefined {
  if ('goneAt' in outcome && outcome.goneAt) return outcome.goneAt;
  return 'acceptedAt' in outcome ? outcome.acceptedAt : undefined;
}
