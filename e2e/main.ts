import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { showProgress } from '../cli/progress.ts';
import { ConfigurationError } from '../functions/errors.ts';
import { showCost } from './cost/show.ts';
import { scenarios } from './scenarios/all.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { showFigures, showMemory, showPermissions } from './show.ts';
import { readTemplates, type Templates } from './template/template.ts';
import { REGION } from './world/identities.ts';
import { startMachine } from './world/machine.ts';
import { play, type Result } from './world/play.ts';

/**
 * `npm run e2e`: the built bundles with the environment of the synthesised template, against a real control plane, moto and a
 * Slack emulator. `--latency MS` adds that to each call to AWS and to the API server. Exit code 0: every claim held;
 * 1: one did not; 2: wrong flag, or a program is missing; 130: stopped.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const MOST_LATENCY_MS = 1_000;
const stop = new AbortController();
// `on`, not `once`: execa ends this process where nobody else listens any more.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(new Error('stopped')));

try {
  process.exitCode = await main();
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else if (error instanceof ConfigurationError || isUsage(error)) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 2;
  } else throw error;
}
process.exit();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'as-built': { type: 'boolean', default: false },
      latency: { type: 'string', default: '0' },
      list: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.list) {
    for (const { about, isQuick, name } of scenarios)
      console.log(`${name.padEnd(24)}${(isQuick ? 'quick' : '').padEnd(7)}${about}`);
    return 0;
  }
  const chosen = choose(values.scenario, values.quick);
  const results = await run(chosen, values['as-built'], readLatency(values.latency));
  showFigures(results);
  showCost(results);
  showMemory(results);
  const mayAll = showPermissions(results, values.scenario.length === 0);
  return mayAll && !results.some(({ problem }) => problem) ? 0 : 1;
}

function choose(names: readonly string[], quick: boolean): readonly Scenario[] {
  const unknown = names.find((name) => !scenarios.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new ConfigurationError(`--scenario ${unknown} is not known; --list shows the scenarios.`);
  if (names.length > 0) return scenarios.filter(({ name }) => names.includes(name));
  return scenarios.filter(({ isQuick }) => isQuick || !quick);
}

function readLatency(text: string): number {
  const milliseconds = Number(text);
  if (/^\d+$/.test(text) && milliseconds <= MOST_LATENCY_MS) return milliseconds;
  throw new ConfigurationError(
    `--latency is "${text}"; it must be milliseconds, a whole number from 0 to ${MOST_LATENCY_MS}.`,
  );
}

async function run(
  chosen: readonly Scenario[],
  asBuilt: boolean,
  delayMs: number,
): Promise<readonly Result[]> {
  const progress = showProgress(process.stdout, Math.max(...scenarios.map(({ name }) => name.length)) + 2);
  const templatesFor = await progress.step('Stack', async (update) => {
    update(asBuilt ? 'dist and cdk.out as they are' : 'bundles built, template synthesised');
    return deployable(chosen, asBuilt);
  });
  const machine = await progress.step('Machine', async (update) => {
    update('control plane with kwok, moto');
    return startMachine(update, stop.signal);
  });
  try {
    const results: Result[] = [];
    for (const [at, scenario] of chosen.entries())
      results.push(
        await progress.step(scenario.name, async (update) => {
          const result = await play(scenario, {
            machine,
            templates: templatesFor(scenario),
            dist: `${root}dist`,
            number: at + 1,
            delayMs,
            say: update,
            signal: stop.signal,
          });
          update(describe(result));
          return result;
        }),
      );
    return results;
  } finally {
    await machine.close();
  }
}

/** What is deployed for a scenario: the stack of `cdk.out`, or one that serves its extra region too. */
async function deployable(
  chosen: readonly Scenario[],
  asBuilt: boolean,
): Promise<(scenario: Scenario) => Templates> {
  const folder = `${root}cdk.out`;
  if (!asBuilt) {
    await runScript('infra/bundle.ts');
    await synthesise(folder);
  }
  const home = await readTemplates(folder);
  const regions = new Set(chosen.flatMap(({ extraRegion }) => extraRegion ?? []));
  const served = new Map<string, Templates>();
  for (const region of regions) {
    // Its secret is kept in the other place that there is, and a recommendation leaves something for later.
    const settings = {
      homeRegion: REGION,
      extraRegions: region,
      slackSecret: 'spot-responder/slack',
      onRebalance: 'cordon',
    };
    await synthesise(`${folder}/${region}`, settings);
    served.set(region, await readTemplates(`${folder}/${region}`));
  }
  return ({ extraRegion = '' }) => served.get(extraRegion) ?? home;
}

/** With Slack, as the emulator's workspace is; everything else has its default. */
async function synthesise(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const slack = { slackSecret: 'ssm:/spot-responder/slack', slackChannel: 'C000000001' };
  const context = JSON.stringify({ ...slack, ...settings });
  await runScript('infra/app.ts', { CDK_CONTEXT_JSON: context, CDK_OUTDIR: folder });
}

async function runScript(script: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  await execa(process.execPath, [script], { cwd: root, env, cancelSignal: stop.signal });
}

function describe({ claims, problem }: Result): string {
  return problem ? `FAILED: ${problem.message}` : `${claims} claims hold`;
}

function isUsage(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
