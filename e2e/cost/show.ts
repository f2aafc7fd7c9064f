import { placeOf } from '../../functions/notify/slack/secret-place.ts';
import type { Result } from '../world/play.ts';
import { type FunctionRuns, monthOf, times, type Usage, usageOf } from './month.ts';
import { PRICES } from './prices.ts';

/** The scenario that is one interruption and nothing else, and the one in which nothing happens. */
const COUNTED = 'spot-interruption';
const QUIET = 'quiet-minutes';
const EACH_MINUTE = ['index-nodes', 'fallback'];
const FOR_EACH = ['respond', 'notify'];
/** The delayed second target and the fallback's nudge; what is announced goes through a queue too. */
const OWN_MESSAGES = 2;

/** Dollars a month at some rates of interruptions, from what that scenario was counted to ask for. */
export function showCost(results: readonly Result[]): void {
  const find = (name: string) => results.find(({ problem, scenario }) => scenario.name === name && !problem);
  const [counted, quiet] = [find(COUNTED), find(QUIET)];
  if (!counted || !quiet) return;
  const { functions, mappings } = counted.deployed.stack;
  const places = new Set(functions.flatMap(({ environment }) => environment.SLACK_SECRET ?? []));
  const secrets = [...places].filter((place) => placeOf(place).type === 'secret').length;
  const passes = quiet.deployed.fn('index-nodes').durations.length;
  const minute = times(usageBy(quiet, EACH_MINUTE, 0), 1 / passes);
  const announced = counted.calls
    .filter(({ operation }) => operation === 'PutEvents')
    .reduce((sum, { units }) => sum + units, 0);
  const interruption = usageBy(counted, FOR_EACH, OWN_MESSAGES + announced);
  console.log(
    `\nDollars a month (us-east-1, prices of ${PRICES.of}; then with the free tier), from the requests counted`,
  );
  for (const interruptions of [0, 1_000, 100_000]) {
    const { total, withFreeTier, ...parts } = monthOf(minute, interruption, interruptions, mappings, secrets);
    const told = Object.entries(parts).map(([name, dollars]) => `${name} ${dollars.toFixed(2)}`);
    console.log(
      `  ${String(interruptions).padStart(7)} interruptions  ${total.toFixed(2).padStart(8)} ${withFreeTier.toFixed(2).padStart(8)}  (${told.join(', ')})`,
    );
  }
}

function usageBy({ calls, deployed }: Result, bundles: readonly string[], messages: number): Usage {
  const runs: readonly FunctionRuns[] = bundles.map((bundle) => {
    const { durations, properties } = deployed.fn(bundle);
    return { memoryMegabytes: properties.memoryMegabytes, milliseconds: durations };
  });
  return usageOf(
    calls.filter(({ caller }) => bundles.includes(caller)),
    runs,
    messages,
  );
}
