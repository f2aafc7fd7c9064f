import { OUTCOMES } from '../../announce/schema.ts';
import { secondsBetween } from '../../clock.ts';
import type { Sighting } from '../../incidents/overview.ts';
import { type Level, levelOfOutcome } from '../level.ts';
import type { Handled } from '../story.ts';
import { code, dayAndTime, say } from './mrkdwn.ts';
import { nameOfKind, nameOfOutcome, plural, SYMBOL, shortNode, symbolOfEnd } from './words.ts';

/** How an incident stands, in the words that `status` and the weekly digest share. */
export interface Stand {
  readonly symbol: string;
  readonly title: string;
  readonly level: Level;
}

export function standOf({ deadline, severity, standing }: Sighting): Stand {
  switch (standing.type) {
    case 'under-way':
      return { symbol: SYMBOL.busy, title: 'Under way', level: 'info' };
    case 'abandoned':
      return { symbol: SYMBOL.warning, title: 'No run is at work on it', level: 'warning' };
    case 'closed': {
      const { closedAt, outcome } = standing;
      // A later version's outcome is shown as it is.
      if (!isKnown(outcome)) return { symbol: SYMBOL.note, title: outcome, level: 'info' };
      const level = levelOfOutcome(outcome);
      const spare = deadline && Math.round(secondsBetween(closedAt, deadline));
      const isTimed = outcome === 'emptied' && severity === 'hard' && spare !== undefined && spare >= 0;
      const title = isTimed ? `Emptied with ${spare} s to spare` : nameOfOutcome(outcome);
      return { symbol: symbolOfEnd(outcome, level), title, level };
    }
  }
}

/** Of many incidents: how they ended, by which signals, in which clusters, and how narrow it was. Slack's mark-up. */
export function summarise(sightings: readonly Sighting[]): readonly string[] {
  if (sightings.length === 0) return ['No interruptions.'];
  const nodes = new Set(sightings.map(({ instanceId }) => instanceId)).size;
  const clusters = countBy(sightings, ({ cluster }) => say(cluster ?? 'cluster unknown', 100));
  const spare = spareOf(sightings);
  return [
    `*${plural(sightings.length, 'interruption')}* of ${plural(nodes, 'node')}`,
    ...countBy(sightings, nameOfEnd),
    `*Signals* ${countBy(sightings, ({ kind }) => nameOfKind(kind)).join(' · ')}`,
    `*Clusters* ${clusters.slice(0, MOST_CLUSTERS).join(' · ')}${clusters.length > MOST_CLUSTERS ? ` · +${clusters.length - MOST_CLUSTERS} more` : ''}`,
    ...(spare ? [`*To spare* ${spare}`] : []),
  ];
}

const MOST_CLUSTERS = 8;

/** The ones that a person has to look at, or had to; one line each. */
export function troubles(sightings: readonly Sighting[]): readonly string[] {
  return sightings
    .filter((sighting) => standOf(sighting).level !== 'info')
    .toSorted((one, other) => weigh(other) - weigh(one))
    .map((sighting) => {
      const { symbol, title } = standOf(sighting);
      const { standing } = sighting;
      const reason = standing.type === 'closed' ? standing.reason : undefined;
      const where = `${code(shortNode(sighting))} in ${say(sighting.cluster ?? 'an unknown cluster', 100)}`;
      return `${symbol} ${where}, ${dayAndTime(sighting.noticedAt)}: ${title}${reason === undefined ? '' : `: ${say(reason, 200)}`}`;
    });
}

function weigh(sighting: Sighting): number {
  return standOf(sighting).level === 'critical' ? 1 : 0;
}

function nameOfEnd(sighting: Sighting): string {
  const { standing } = sighting;
  const { symbol, title } = standOf(sighting);
  return `${symbol} ${standing.type === 'closed' && isKnown(standing.outcome) ? nameOfOutcome(standing.outcome) : title}`;
}

/** Of the nodes that were emptied before a hard deadline. */
function spareOf(sightings: readonly Sighting[]): string | undefined {
  const seconds = sightings
    .flatMap(({ deadline, severity, standing }) =>
      standing.type === 'closed' && standing.outcome === 'emptied' && severity === 'hard' && deadline
        ? [Math.round(secondsBetween(standing.closedAt, deadline))]
        : [],
    )
    .toSorted((one, other) => one - other);
  const [least] = seconds;
  const median = seconds[Math.floor(seconds.length / 2)];
  return least === undefined ? undefined : `at least ${least} s, half of them ${median} s or more`;
}

/** `Spot interruption ×12`, the most frequent first. */
function countBy(sightings: readonly Sighting[], nameOf: (each: Sighting) => string): readonly string[] {
  return [...Map.groupBy(sightings, nameOf)]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([name, group]) => `${name} ×${group.length}`);
}

type KnownOutcome = Handled['outcome']['type'];

const KNOWN: ReadonlySet<string> = new Set(OUTCOMES);

function isKnown(outcome: string): outcome is KnownOutcome {
  return KNOWN.has(outcome);
}
