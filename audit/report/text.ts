import type { Audit, Finding, Judged } from '../judge.ts';
import {
  allFindings,
  commandOf,
  countBySeverity,
  countsInWords,
  nameOf,
  nameOfWorkload,
  SPOT_WORDS,
  VERDICT_WORDS,
} from './words.ts';

export interface TextOptions {
  /** Columns; no line of ours is longer unless a word or a command is. */
  readonly width: number;
  readonly showsPatches: boolean;
  /** Breaks a text into lines that hang below its first, `margin` columns from the left. */
  readonly hang: (text: string, margin: number, width: number) => string;
}

/** Verdicts in a table, findings below the workloads they are about, a sum. */
export function textReport(audit: Audit, options: TextOptions): string {
  const { fleet, fleetFindings, judged, notices } = audit;
  const blocks = [
    judged.length > 0 ? table(judged, options.width) : 'No workload was found.',
    ...(fleetFindings.length > 0
      ? [`Node groups\n${fleetFindings.map((each) => sayFinding(each, options, true)).join('\n')}`]
      : []),
    ...judged.filter(({ findings }) => findings.length > 0).map((each) => sayJudged(each, options)),
    ...notices.map((notice) => options.hang(`note: ${notice}`, 6, options.width)),
    ...fleet.unread.map(({ reason, resource }) =>
      options.hang(`not looked at: ${resource}: ${reason}`, 15, options.width),
    ),
    sum(audit),
  ];
  return blocks.join('\n\n');
}

const VERDICT_WIDTH = 15;
const SPOT_WIDTH = 12;

function table(judged: readonly Judged[], width: number): string {
  const longest = Math.max(8, ...judged.map(({ workload }) => nameOfWorkload(workload).length));
  const name = Math.min(longest, width - VERDICT_WIDTH - SPOT_WIDTH - 10);
  const row = (cells: readonly [string, string, string, string]) =>
    [fit(cells[0], name), cells[1].padEnd(SPOT_WIDTH), cells[2].padEnd(VERDICT_WIDTH), cells[3]]
      .join('  ')
      .trimEnd();
  const rows = judged.map(({ findings, verdict, workload }) => {
    const { error, note, warning } = countBySeverity(findings);
    const open = error + note + warning;
    return row([
      nameOfWorkload(workload),
      SPOT_WORDS[workload.spot],
      VERDICT_WORDS[verdict],
      open ? String(open) : '',
    ]);
  });
  return [row(['WORKLOAD', 'SPOT', 'VERDICT', '']), ...rows].join('\n');
}

/** Long names lose their middle: namespace and end tell most. */
function fit(name: string, width: number): string {
  if (name.length <= width) return name.padEnd(width);
  const head = Math.floor((width - 1) / 3);
  return `${name.slice(0, head)}…${name.slice(name.length - (width - head - 1))}`;
}

function sayJudged({ findings, verdict, workload }: Judged, options: TextOptions): string {
  const at = workload.place ? ` (${workload.place.file}:${workload.place.line})` : '';
  const head = `${nameOfWorkload(workload)}: ${VERDICT_WORDS[verdict]}${at}`;
  return [
    options.hang(head, 2, options.width),
    ...findings.map((each) => sayFinding(each, options, false)),
  ].join('\n');
}

const MARGIN = 11;

function sayFinding(
  finding: Finding,
  { hang, showsPatches, width }: TextOptions,
  namesObject: boolean,
): string {
  const { about, ignored, part, patch, rule, severity, why } = finding;
  const object = namesObject ? `${nameOf(about.ref, part)}: ` : '';
  const kept = ignored ? ` Ignored: ${ignored.reason ?? 'no reason given'}.` : '';
  const line = `${`  ${ignored ? 'ignored' : severity}`.padEnd(MARGIN)}${hang(`${object}${why}. [${rule}]${kept}`, MARGIN, width)}`;
  if (ignored || !showsPatches) return line;
  const command = commandOf(patch);
  // From the first column, as it is pasted: the end of a here-document must not be indented.
  return `${line}\n${patch.type === 'advice' ? `    ${hang(command, 4, width)}` : command}`;
}

function sum(audit: Audit): string {
  const { judged } = audit;
  const findings = allFindings(audit);
  const counts = countBySeverity(findings);
  const ignored = findings.filter((each) => each.ignored).length;
  const of = (verdict: Judged['verdict']) => judged.filter((each) => each.verdict === verdict).length;
  return [
    `${judged.length} workloads: ${of('spot')} belong on spot, ${of('after-changes')} after changes, ${of('off-spot')} keep off spot.`,
    `${countsInWords(counts)}${ignored > 0 ? `, ${ignored} ignored` : ''}.`,
  ].join('\n');
}
