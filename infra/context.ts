import { SETTINGS } from './config.ts';
import type { GivenSettings } from './read-settings.ts';

/** CDK's own keys have a colon, a dash, a slash or an @ in them. */
const OURS = /^[A-Za-z]+$/;
const NAMES: ReadonlySet<string> = new Set(Object.keys(SETTINGS).map(lettersOf));

/**
 * The settings among all that CDK knows: `-c name=value`, and `context` in `cdk.json`. One that is written nearly as a setting of
 * ours (`on-rebalance`, `spot-responder:onRebalance`) is among them, so that it is refused rather than overlooked.
 */
export function givenSettings(context: Readonly<Record<string, unknown>>): GivenSettings {
  return Object.fromEntries(
    Object.entries(context).filter(([name]) => OURS.test(name) || NAMES.has(lettersOf(name))),
  );
}

/** Of what is behind the last colon. */
function lettersOf(name: string): string {
  const last = name.split(':').at(-1) ?? name;
  return last.replace(/[^A-Za-z]/g, '').toLowerCase();
}
