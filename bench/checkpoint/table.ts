import type { Run } from './run.ts';

export interface Compared extends Run {
  /** Loss and weights of a run of the same seed that nobody interrupted. */
  readonly undisturbed: string;
}

const HEAD = [
  'contestant',
  'ranks',
  'interruptions',
  'steps lost: median, most, all',
  'wrong completions',
  'all ranks saved after: median, most',
  'final loss and weights',
];

/** One Markdown row a contestant. */
export function layOut(runs: readonly Compared[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...runs.map(cellsOf)];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cellsOf(run: Compared): string[] {
  const { contestant, ranks, result, savedAfterSeconds, stepsLost, undisturbed, wrongCompletions } = run;
  const all = stepsLost.reduce((sum, each) => sum + each, 0);
  const seconds = savedAfterSeconds.length
    ? `${median(savedAfterSeconds).toFixed(1)} s, ${Math.max(...savedAfterSeconds).toFixed(1)} s`
    : 'nobody asked';
  return [
    contestant,
    String(ranks),
    String(stepsLost.length),
    `${median(stepsLost)}, ${Math.max(0, ...stepsLost)}, ${all}`,
    String(wrongCompletions),
    seconds,
    result === undisturbed ? 'identical' : `different: ${lossOf(result)}, undisturbed ${lossOf(undisturbed)}`,
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function lossOf(result: string): string {
  return /^loss (\S+)/.exec(result)?.[1] ?? result;
}
