import type { GivenSettings } from './read-settings.ts';

/** CDK's own keys have a colon, a dash, a slash or an @ in them. */
const OURS = /^[A-Za-z]+$/;

/** The settings among all that CDK knows: `-c name=value`, and `context` in `cdk.json`. */
export function givenSettings(context: Readonly<Record<string, unknown>>): GivenSettings {
  return Object.fromEntries(Object.entries(context).filter(([name]) => OURS.test(name)));
}
