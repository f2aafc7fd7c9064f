import { readFileSync } from 'node:fs';
import { addressOf, depsForWorld } from '../../cli/replay/embedded-deps.ts';
import { invocationTime, runContinuations } from '../../cli/replay/lambda.ts';
import { addDaemonSets, addGpuNode, type EmbeddedWorld, startWorld } from '../../cli/replay/world.ts';
import { type Clock, secondsBetween } from '../../functions/clock.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import type { PolicyChoices } from '../../functions/respond/policy.ts';
import type { InterruptionReport, Moment } from '../../functions/respond/report.ts';
import { parseSignal } from '../../functions/signals/parse.ts';
import { aimEvent, retimeEvent } from '../../functions/signals/retime.ts';
import { patientClock } from '../support/patient-clock.ts';
import { doomed } from './scene.ts';

/** A lease that a slow machine does not lose at this speed. */
const LEASE_SECONDS = 60;

/** An embedded world whose pods take their time, and a Lambda that is cut off after 15 minutes. */
export interface LongScene {
  readonly world: EmbeddedWorld;
  readonly clock: Clock;
  readonly node: string;
  readonly deps: RespondDeps;
  readonly moments: readonly Moment[];
  /** The same adapters for another process. */
  readonly depsOf: (owner: string) => RespondDeps;
  /** Delivers a sample directly, in an invocation of its own. */
  readonly deliver: (sample: string, deps?: RespondDeps) => Promise<readonly InterruptionReport[]>;
  /** Delivers the event of the last `deliver` once more, through the delayed queue. */
  readonly secondLook: () => Promise<readonly InterruptionReport[]>;
  /** Runs what was left for later, until nothing is, or until `stopped` aborts. */
  readonly later: (deps?: RespondDeps, stopped?: AbortSignal) => Promise<readonly InterruptionReport[]>;
  /** Adds one Deployment with pods on the node; returns nothing. */
  readonly addPods: (name: string, count: number, stopsAfterSeconds: number) => void;
  /** A budget that never allows. */
  readonly lock: (name: string) => void;
  /** Details of different events on our bus: the bus may get each more than once. */
  readonly told: (detailType: string) => readonly Record<string, unknown>[];
  readonly evictedTwice: () => number;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function openLongScene(
  choices: Partial<PolicyChoices>,
  { lambdaMinutes = 15, speed = 300 } = {},
): Promise<LongScene> {
  const clock = patientClock(speed);
  const timeoutMs = lambdaMinutes * 60_000;
  const world = await startWorld(clock);
  const node = addGpuNode(world, doomed, 1);
  addDaemonSets(world, [node, addGpuNode(world, undefined, 2)], 2);
  // Word to take a cordon back would keep `later` busy for hours.
  const stays = { rebalanceCordonMinutes: 0 };
  const depsOf = (owner: string) =>
    depsForWorld(addressOf(world), clock, owner, { ...stays, ...choices }, LEASE_SECONDS);
  const deps = depsOf('first');
  let event: unknown;
  const moments: Moment[] = [];
  const stop = new AbortController();
  const watch = { signal: stop.signal, observe: (_id: string, moment: Moment) => void moments.push(moment) };
  return {
    world,
    clock,
    node,
    deps,
    depsOf,
    moments,
    deliver: async (sample, part = deps) => {
      event = retimeEvent(aimEvent(readSample(sample), doomed), clock.now());
      const { reports } = await handleDelivery(
        event,
        { ...part, timeLeftMs: invocationTime(clock, timeoutMs) },
        watch,
      );
      return reports;
    },
    secondLook: async () => {
      await clock.sleep(20_000);
      const records = [{ messageId: 'second-look', body: JSON.stringify(event), eventSource: 'aws:sqs' }];
      const part = { ...depsOf('second-look'), timeLeftMs: invocationTime(clock, timeoutMs) };
      const { reports } = await handleDelivery({ Records: records }, part, watch);
      return reports;
    },
    later: (part = depsOf('later'), stopped = stop.signal) =>
      runContinuations(world, part, { ...watch, signal: AbortSignal.any([stopped, stop.signal]) }, timeoutMs),
    addPods: (name, count, stopsAfterSeconds) =>
      world.cluster.addWorkload({
        kind: 'Deployment',
        namespace: 'inference',
        name,
        nodes: Array.from({ length: count }, () => node),
        graceSeconds: 1_800,
        stopsAfterSeconds,
        labels: { app: name },
        tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
      }),
    lock: (name) =>
      world.cluster.addBudget({
        namespace: 'inference',
        name,
        maxUnavailable: 0,
        selector: { matchLabels: { app: name } },
      }),
    told: (detailType) => {
      const told = world.account.events.filter((event) => event.detailType === detailType);
      const details = told.map(({ detail }) => detail as Record<string, unknown>);
      return [...new Map(details.map((each) => [`${each.incident} ${each.revision}`, each])).values()];
    },
    evictedTwice: () => {
      const accepted = Map.groupBy(world.cluster.evictions, ({ uid }) => uid);
      return [...accepted.values()].filter(({ length }) => length > 1).length;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await world.close();
    },
  };
}

/** A lead by which the change's time comes so many minutes after the notice. */
export function leadFor(minutes: number): number {
  const signal = parseSignal(readSample('health-scheduled-change'), { region: 'us-east-2' });
  const [first] = signal.type === 'interruptions' ? signal.interruptions : [];
  if (!first?.deadline) throw new Error('the sample has no deadline');
  return Math.round(secondsBetween(first.noticedAt, first.deadline) / 60) - minutes;
}

function readSample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));
}
