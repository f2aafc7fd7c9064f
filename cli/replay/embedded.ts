import { readFile } from 'node:fs/promises';
import type { FleetPlan } from '../../controlplane/fleet/plan.ts';
import { ConfigurationError, MalformedSignalError } from '../../functions/errors.ts';
import type { RespondOptions } from '../../functions/respond/deps.ts';
import { respondAndFollow } from '../../functions/respond/follow.ts';
import type { Moment } from '../../functions/respond/report.ts';
import type { InstanceId, Signal } from '../../functions/signals/interruption.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { noProgress, showProgress } from '../progress.ts';
import { chooseScenario } from './choose-scenario.ts';
import { startDoomedRun } from './crash.ts';
import { depsForWorld } from './embedded-deps.ts';
import { indexWorld } from './embedded-index.ts';
import { spareNode } from './fleet.ts';
import { headline } from './headline.ts';
import type { LoadedEvent } from './load-events.ts';
import { type ReplayOptions, requireInstanceId } from './options.ts';
import { openRealWorld } from './real/world.ts';
import type { ReplayWorld } from './replay-world.ts';
import type { Scenario } from './scenarios.ts';
import type { Replayed } from './show.ts';
import { openSimulatedWorld } from './simulated-world.ts';
import { chooseWorkspace, startSlackReplay } from './slack.ts';
import { printStorm } from './storm-progress.ts';
import { printTimeline } from './timeline.ts';
import { region } from './world.ts';

interface TimedEvent extends LoadedEvent {
  readonly afterSeconds: number;
}

/** Replays a scenario, or the user's events, on a cluster and an account in memory. */
export async function replayEmbedded(
  loaded: readonly LoadedEvent[],
  options: ReplayOptions,
  stopped: AbortSignal,
): Promise<Replayed> {
  const scenario = chooseScenario(loaded.length > 0, options);
  const events = await eventsOf(scenario, loaded, options);
  const signals = events.map(({ event, file }) => parseNamed(event, file));
  const workspace = chooseWorkspace(options);
  const world = await openWorld(scenario, options, stopped);
  try {
    const plan = withReservations(scenario.fleet(doomedBy(scenario, signals)), signals);
    await world.fill(plan);
    await indexWorld(world.address, world.clock);
    if (options.real && !options.json) console.log(`\n${headline(scenario, loaded, plan, options)}\n`);
    await world.begin();
    await using slack = options.slack || workspace ? await startSlackReplay(world, workspace) : undefined;
    const replayed = await deliverAll(world, scenario, events, options, stopped);
    const conversation = await slack?.finish(stopped);
    return {
      ...(loaded.length === 0 && { scenario: scenario.name }),
      dryRun: options.dryRun ?? false,
      ...replayed,
      ...(await world.seen()),
      ...(conversation && { conversation }),
    };
  } finally {
    await world.close();
  }
}

function openWorld(scenario: Scenario, options: ReplayOptions, stopped: AbortSignal): Promise<ReplayWorld> {
  if (!options.real) return openSimulatedWorld(scenario, options);
  const progress = options.json ? noProgress : showProgress(process.stderr);
  const { apiServerDelayMs } = scenario;
  return openRealWorld({ clusterName: options.cluster, apiServerDelayMs, progress, stopped });
}

async function eventsOf(
  scenario: Scenario,
  loaded: readonly LoadedEvent[],
  options: ReplayOptions,
): Promise<readonly TimedEvent[]> {
  const aimed = options.instance === undefined ? undefined : requireInstanceId(options.instance);
  if (loaded.length > 0) {
    return loaded.map(({ file, event }) => ({
      file,
      event: aimed ? aimEvent(event, aimed) : event,
      afterSeconds: 0,
    }));
  }
  return Promise.all(
    scenario.deliveries.map(async ({ afterSeconds, instanceId, sample }) => {
      const text = await readFile(new URL(`../../events/${sample}`, import.meta.url), 'utf8');
      return { file: sample, event: aimEvent(JSON.parse(text), aimed ?? instanceId), afterSeconds };
    }),
  );
}

function parseNamed(event: unknown, file: string): Signal {
  try {
    return parseSignal(event, { region });
  } catch (error) {
    if (error instanceof MalformedSignalError)
      throw new ConfigurationError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The user's events name the instances that the fleet must have; a scenario names its own. */
function doomedBy(scenario: Scenario, signals: readonly Signal[]): readonly InstanceId[] {
  const known = scenario.name === 'unknown-instance' ? [] : namedBy(signals);
  return [...new Set(known)];
}

function namedBy(signals: readonly Signal[]): readonly InstanceId[] {
  return signals.flatMap((signal) =>
    signal.type === 'interruptions' ? signal.interruptions.map(({ instanceId }) => instanceId) : [],
  );
}

/** An instance in each reservation that is about to end. */
function withReservations(plan: FleetPlan, signals: readonly Signal[]): FleetPlan {
  const reserved = signals.flatMap((signal, at) =>
    signal.type === 'reservation-expiry'
      ? [{ ...spareNode(101 + at), reservation: signal.expiry.capacityReservationId }]
      : [],
  );
  return { ...plan, nodes: [...plan.nodes, ...reserved] };
}

async function deliverAll(
  world: ReplayWorld,
  scenario: Scenario,
  events: readonly TimedEvent[],
  options: ReplayOptions,
  stopped: AbortSignal,
) {
  const { address, clock } = world;
  const doomed = scenario.killAfterEvictions === undefined ? undefined : await startDoomedRun();
  const start = clock.now();
  const observe = observer(start, events, options);
  const deps = depsForWorld(address, clock, 'replay', scenario.choices);
  const run: RespondOptions = { dryRun: options.dryRun ?? false, lastTry: true, signal: stopped, observe };
  const answers = await Promise.all(
    events.map(async ({ afterSeconds, event, file }, at) => {
      await clock.sleep(afterSeconds * 1000, stopped);
      const sentAt = new Date(start.getTime() + retimeOffset(scenario, afterSeconds));
      const timed = options.keepTime ? event : retimeEvent(event, sentAt);
      const afterEvictions = scenario.killAfterEvictions;
      if (at === 0 && doomed && afterEvictions !== undefined) {
        const { speed } = scenario;
        await doomed.runAndDie({ address, event: timed, clock, speed, afterEvictions }, observe);
        return undefined;
      }
      return { file, answer: await respondAndFollow(timed, deps, run) };
    }),
  );
  const given = answers.filter((each) => each !== undefined);
  const reports = given.flatMap(({ answer }) => (answer.type === 'responded' ? answer.reports : []));
  return {
    reports: [...reports, ...(await deps.leader.settled())],
    ignored: given.flatMap(({ answer, file }) =>
      answer.type === 'ignored' ? [{ file, reason: answer.reason }] : [],
    ),
  };
}

/** A second delivery of the same event keeps the first one's time; another event has its own. */
function retimeOffset(scenario: Scenario, afterSeconds: number): number {
  return scenario.killAfterEvictions === undefined ? afterSeconds * 1000 : 0;
}

function observer(
  start: Date,
  events: readonly TimedEvent[],
  options: ReplayOptions,
): (instanceId: string, moment: Moment) => void {
  if (options.json) return () => undefined;
  if (events.length > 3) return printStorm(process.stdout, start, events.length);
  return printTimeline(process.stdout, start, events.length > 1);
}
