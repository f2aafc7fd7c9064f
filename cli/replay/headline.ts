import type { FleetPlan } from '../../controlplane/fleet/plan.ts';
import { HURRY } from './choose-scenario.ts';
import type { LoadedEvent } from './load-events.ts';
import type { ReplayOptions } from './options.ts';
import type { Scenario } from './scenarios.ts';
import { widthOf, wrap } from './wrap.ts';

/** What is about to happen on a real control plane, and what of it is not real. */
export function headline(
  { about }: Scenario,
  loaded: readonly LoadedEvent[],
  { workloads }: FleetPlan,
  { dryRun }: ReplayOptions,
): string {
  const what = loaded.length > 0 ? describeEvents(loaded) : sentence(about.replace(/ \(.*\)$/, ''));
  const trains = workloads.some(({ saves }) => saves);
  const text = dryRun
    ? `${what}. A dry run: the API server checks the plan and changes nothing.`
    : `${what}. Time is real, but pods stop${trains ? ' and save' : ''} ${HURRY} times as fast${trains ? STAND_IN : ''}.`;
  return wrap(text, widthOf(process.stdout)).join('\n');
}

const STAND_IN = "; a stand-in answers for the training Job's checkpoint";

const MOST_NAMES = 3;

function describeEvents(loaded: readonly LoadedEvent[]): string {
  const names = [...new Set(loaded.map(({ file }) => file))];
  const few = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${few} and ${names.length - MOST_NAMES} more` : few;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
