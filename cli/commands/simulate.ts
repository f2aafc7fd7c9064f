import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { ConfigurationError } from '../../functions/errors.ts';
import {
  averagePolicies,
  type Comparison,
  comparePolicies,
  type Point,
} from '../../simulator/market/compare.ts';
import { renderPage } from '../../simulator/market/page.ts';
import type { MarketSettings } from '../../simulator/market/replay.ts';
import { parseTrace, type Trace } from '../../simulator/market/trace.ts';

interface Options {
  readonly json?: boolean;
  readonly html?: string;
  readonly bootMinutes: string;
  readonly spotPrice: string;
  readonly noticeMinutes: string;
}

/** `spot-responder simulate TRACE…`: what each fallback policy would have given on recorded spot capacity, and at what cost. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('replay recorded spot capacity through the fallback policy and its peers')
    .argument('<trace...>', 'JSON files: {"metadata": {"gap_seconds": 300}, "data": [16, 15, …]}')
    .option('--json', 'print the figures as JSON')
    .option('--html <file>', 'also write a page with charts')
    .option('--boot-minutes <minutes>', 'from launch to Ready, 0 to 120', '5')
    .option('--spot-price <part>', "spot price as a part of on-demand's, 0 to 1", '0.3')
    .option('--notice-minutes <minutes>', 'how long before a loss EC2 tells, 0 to 10', '2')
    .action(async (paths: string[], options: Options, command: Command) => {
      try {
        const print =
          command.configureOutput().writeOut ?? ((text: string) => void process.stdout.write(text));
        print(await simulate(paths, options));
      } catch (error) {
        if (error instanceof ConfigurationError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

async function simulate(paths: readonly string[], options: Options): Promise<string> {
  const settings = {
    bootMinutes: parseBootMinutes(options.bootMinutes),
    spotPrice: parseSpotPrice(options.spotPrice),
    noticeMinutes: parseNoticeMinutes(options.noticeMinutes),
  };
  const traces = await Promise.all(paths.map(readTrace));
  const comparisons = traces.map((trace) => comparePolicies(trace, settings));
  const means = averagePolicies(comparisons);
  if (options.html) await writePage(options.html, renderPage(comparisons, means, settings));
  if (options.json) return `${JSON.stringify(describeJson(comparisons, means, settings), null, 2)}\n`;
  const tables = comparisons.map(({ trace, replays }) => formatTable(titleOf(trace), replays));
  if (comparisons.length > 1) tables.push(formatTable(`Mean of ${comparisons.length} traces`, means));
  return `${tables.join('\n')}\n${LEGEND}`;
}

async function readTrace(path: string): Promise<Trace> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(
      `TRACE ${path}: cannot be read (${codeOf(cause)}). Give the path of a trace file.`,
      { cause },
    );
  }
  return parseTrace(path, text);
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (cause) {
    throw new ConfigurationError(
      `--html ${path}: cannot be written (${codeOf(cause)}). Give a file in a folder that exists.`,
      { cause },
    );
  }
}

function titleOf({ name, wanted, capacityByMinute }: Trace): string {
  return `${name}: ${wanted} nodes wanted for ${(capacityByMinute.length / 1440).toFixed(1)} days`;
}

function formatTable(title: string, points: readonly Point[]): string {
  const header = ['policy', 'availability', 'cost', 'launches/day', 'minutes short'];
  const rows = points.map((point) => [
    point.policy,
    point.availability.toFixed(4),
    point.relativeCost.toFixed(3),
    point.launchesPerDay.toFixed(1),
    point.minutesShort.toFixed(0),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [title, '', ...[header, ...rows].map((row) => `  ${line(row)}`), ''].join('\n');
}

const LEGEND = `availability  part of the wanted node-minutes that was up
cost          over that of all wanted nodes on demand
launches/day  on-demand nodes launched
hindsight     launches on sight, and holds through just the gaps that are worth it, knowing their length
all-knowing   the least cost for one who sees the shortages coming
notice        EC2's notice before a loss is seen by spot-responder, AutoSpotting and "hold 30 min, notice"
by itself     spot comes back unasked, and is paid for beside the fallback while that holds
`;

function describeJson(comparisons: readonly Comparison[], mean: readonly Point[], settings: MarketSettings) {
  return {
    settings,
    traces: comparisons.map(({ trace, replays }) => ({
      name: trace.name,
      wanted: trace.wanted,
      minutes: trace.capacityByMinute.length,
      policies: replays.map(({ spotByMinute, fallbackByMinute, ...figures }) => figures),
    })),
    mean,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function parseBootMinutes(text: string): number {
  return parseMinutes('--boot-minutes', text, 120, 5);
}

function parseNoticeMinutes(text: string): number {
  return parseMinutes('--notice-minutes', text, 10, 2);
}

function parseMinutes(flag: string, text: string, most: number, example: number): number {
  const minutes = Number(text);
  if (text.trim() !== '' && Number.isInteger(minutes) && minutes >= 0 && minutes <= most) return minutes;
  throw new ConfigurationError(
    `${flag} ${text}: is not whole minutes from 0 to ${most}. Give for example ${example}.`,
  );
}

function parseSpotPrice(text: string): number {
  const part = Number(text);
  if (text.trim() !== '' && part >= 0 && part <= 1) return part;
  throw new ConfigurationError(
    `--spot-price ${text}: is not a part of the on-demand price, 0 to 1. Give for example 0.3.`,
  );
}
