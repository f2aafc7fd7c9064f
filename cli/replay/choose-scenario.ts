import { hurry } from '../../controlplane/fleet/plan.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import type { ReplayOptions } from './options.ts';
import { type Scenario, scenarios, stormOf } from './scenarios.ts';

/** In real time pods stop, jobs save, and later events come this many times as fast as a scenario says. */
export const HURRY = 5;

/** A real workspace has its own time, and its messages should be seen to change. */
const SLACK_SPEED = 6;

/** The scenario that the options name, or their storm; with the user's own events, only its fleet. */
export function chooseScenario(ownEvents: boolean, options: ReplayOptions): Scenario {
  const chosen = stormAsked(options) ?? named(options.scenario ?? defaultName(options));
  const scenario = ownEvents ? { ...chosen, deliveries: [] } : chosen;
  if (options.real) return inRealTime(scenario);
  const slowest = options.slack || options.slackToken ? SLACK_SPEED : Number.POSITIVE_INFINITY;
  return { ...scenario, speed: options.speed ?? Math.min(scenario.speed, slowest) };
}

function named(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new ConfigurationError(`--scenario is "${name}"; --list shows the scenarios.`);
  return scenario;
}

function defaultName({ real }: ReplayOptions): string {
  return real ? 'inference-and-training' : 'inference-node';
}

function stormAsked({ interrupt, nodes }: ReplayOptions): Scenario | undefined {
  if (nodes === undefined && interrupt === undefined) return undefined;
  const interrupted = interrupt ?? 1;
  return stormOf(nodes ?? interrupted + sparesFor(interrupted), interrupted);
}

/** Room for the pods of the others. */
function sparesFor(interrupted: number): number {
  return Math.max(2, Math.ceil(interrupted / 5));
}

function inRealTime(scenario: Scenario): Scenario {
  return {
    ...scenario,
    speed: 1,
    fleet: (doomed) => hurry(scenario.fleet(doomed), HURRY),
    deliveries: scenario.deliveries.map((each) => ({ ...each, afterSeconds: each.afterSeconds / HURRY })),
  };
}
