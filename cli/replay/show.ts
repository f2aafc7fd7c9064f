import { secondsBetween } from '../../functions/clock.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';
import { exitCodeOf } from '../exit-codes.ts';
import type { ReplayOptions } from './options.ts';
import type { ServerFigures } from './replay-world.ts';
import { describeRequests } from './requests.ts';
import { computePercentiles, describeInterruption, type Percentiles, type ReplayResult } from './result.ts';
import { describePool, type PoolStory } from './shortage/story.ts';
import { conversationOf, showConversation } from './show-slack.ts';
import type { Conversation } from './slack.ts';
import { layOut, podTable, stormTable } from './table.ts';
import { tellInTerminal } from './told.ts';
import { widthOf, wrap } from './wrap.ts';

/** What a replay brought, before it is shown. */
export interface Replayed {
  readonly scenario?: string;
  readonly dryRun: boolean;
  readonly reports: readonly InterruptionReport[];
  readonly ignored: readonly { readonly file: string; readonly reason: string }[];
  /** As the API server counted them, where it is ours; else as we sent them. */
  readonly requests: Readonly<Record<string, number>>;
  /** Pods whose eviction was accepted more than once, where the API server is ours. */
  readonly evictedTwice?: number;
  /** With `--slack`. */
  readonly conversation?: Conversation;
  readonly server?: ServerFigures;
  /** Of the scenario `shortage`. */
  readonly pool?: PoolStory;
}

/** Prints the result, as JSON or for people, and returns the exit code. */
export function showResult(replayed: Replayed, options: ReplayOptions): number {
  const exitCode = worstExitCode(replayed.reports);
  if (options.json) console.log(JSON.stringify(toResult(replayed, exitCode), null, 2));
  else showPeople(replayed);
  return exitCode;
}

/**
 * An instance may have several interruptions and several runs; the last one that did something speaks for it.
 * Over all instances the worst counts.
 */
function worstExitCode(reports: readonly InterruptionReport[]): number {
  const last = new Map<string, InterruptionReport>();
  for (const report of reports) {
    const joins = report.outcome.type === 'joined' || report.outcome.type === 'already-handled';
    if (!joins || !last.has(report.interruption.instanceId)) last.set(report.interruption.instanceId, report);
  }
  const codes = [...last.values()].map(({ outcome }) => exitCodeOf(outcome));
  return codes.includes(1) ? 1 : Math.max(0, ...codes);
}

function toResult(
  { reports, scenario, dryRun, ignored, requests, evictedTwice, conversation, pool, server }: Replayed,
  exitCode: number,
): ReplayResult {
  return {
    schemaVersion: 1,
    ...(scenario && { scenario }),
    exitCode,
    dryRun,
    ignored,
    interruptions: reports.map(describeInterruption),
    requests,
    ...(evictedTwice !== undefined && { evictedTwice }),
    ...(conversation && { slack: conversationOf(conversation) }),
    ...(server && { server }),
    ...(pool && { pool }),
    percentiles: computePercentiles(reports),
  };
}

function showPeople({ reports, ignored, requests, conversation, pool, server }: Replayed): void {
  if (pool) console.log(`\n${describePool(pool)}`);
  for (const { file, reason } of ignored) console.log(`\n${file}: ignored, ${reason}`);
  if (reports.length > 3) console.log(`\n${stormTable(reports)}`);
  else for (const report of reports) showReport(report, conversation === undefined);
  if (conversation) showConversation(conversation);
  const percentiles = computePercentiles(reports);
  if (reports.length > 1 && Object.keys(percentiles).length > 0)
    console.log(`\n${percentileTable(percentiles)}`);
  if (server || Object.keys(requests).length > 0)
    console.log(`\n${describeRequests(requests, widthOf(process.stdout))}`);
  if (server) console.log(describeServer(server, reports).join('\n'));
}

/** What only a real API server can tell. */
function describeServer(
  { replaced, roundTripsBeforeEviction: trips, version }: ServerFigures,
  reports: readonly InterruptionReport[],
): readonly string[] {
  const [only] = reports;
  const at = reports.length === 1 ? only?.drain?.firstEvictionAt : undefined;
  const seconds = at && only ? `${secondsBetween(only.interruption.noticedAt, at).toFixed(2)} s` : undefined;
  const waited = trips === undefined ? undefined : `after ${trips} round trip${trips === 1 ? '' : 's'}`;
  return [
    `  as the audit log of Kubernetes ${version} has them`,
    ...(seconds && waited ? [`First eviction: ${seconds} after the event, ${waited}`] : []),
    ...(replaced && replaced.pods > 0
      ? [`Replacements: ${replaced.running} of ${replaced.pods} pods run on other nodes`]
      : []),
  ];
}

function showReport(report: InterruptionReport, withMessage: boolean): void {
  const width = widthOf(process.stdout);
  if (report.drain) console.log(`\n${podTable(report, width)}`);
  if (!withMessage) return;
  const margin = '  │ ';
  const lines = tellInTerminal(report)
    .split('\n')
    .flatMap((line) => wrap(line, width - margin.length));
  console.log(['', 'The message people get:', ...lines.map((line) => margin + line)].join('\n'));
}

function percentileTable(percentiles: Readonly<Record<string, Percentiles>>): string {
  const rows = Object.entries(percentiles).map(([name, { p50, p90, p99, max }]) => [
    name,
    ...[p50, p90, p99, max].map((seconds) => `${seconds.toFixed(1)} s`),
  ]);
  return layOut([['SECONDS FROM THE EVENT', 'P50', 'P90', 'P99', 'MAX'], ...rows]);
}
