/**
 * How the stack tells the command line what it made: by the descriptions of its outputs. A later version may have more
 * roles; the command line lets in whatever the stack asks for.
 */

/** Of the output with a role's ARN: which Kubernetes group its access entry has to have. */
export function describeAccessEntry(group: string): string {
  return `${ACCESS_ENTRY}${group}`;
}

/** The group of such a description; `undefined` for another output's. */
export function groupOfAccessEntry(description: string): string | undefined {
  return description.startsWith(ACCESS_ENTRY) ? description.slice(ACCESS_ENTRY.length) : undefined;
}

const ACCESS_ENTRY = 'For an access entry with the group ';

/** Of the outputs with the ids of the experiment templates. */
export const DRILL_DESCRIPTIONS = {
  interruption: 'For spot-responder drill --instance',
  capacity: 'For spot-responder drill --group',
} as const;

/** Of the output with the table's name. */
export const TABLE_DESCRIPTION = 'For spot-responder status';

/** Of the outputs with what `doctor` and `redrive` look at. */
export const CHAIN_DESCRIPTIONS = {
  bus: 'For rules of your own',
  deadLetters: 'For spot-responder redrive: what no function could take',
  failedRuns: 'For spot-responder redrive: scheduled runs that failed',
  events: 'For spot-responder redrive: where events go back to',
  extraRegions: 'For spot-responder doctor: regions that forward their events',
} as const;
