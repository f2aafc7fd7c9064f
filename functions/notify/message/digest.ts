import type { Sighting } from '../../incidents/overview.ts';
import { context, fitBlocks, type Message, section, sections } from './blocks.ts';
import { toPlain } from './mrkdwn.ts';
import { summarise, troubles } from './overview.ts';

/** More are counted; `status` lists them all. */
const MOST_TROUBLES = 15;

/**
 * One week of one channel's clusters: what came, how it ended, and what needed a person; `savings` are sentences on what
 * spot saved.
 */
export function tellDigest(
  sightings: readonly Sighting[],
  from: Date,
  to: Date,
  savings: readonly string[] = [],
): Message {
  const [title = '', ...lines] = summarise(sightings);
  const wrong = troubles(sightings);
  const shown = wrong.slice(0, MOST_TROUBLES);
  const more = wrong.length - shown.length;
  const blocks = [
    section(`*Interruptions of the week* · ${title}`, ...lines),
    ...sections('Went wrong, or needed a person', [...shown, ...(more > 0 ? [`+${more} more`] : [])]),
    ...sections('Spot and its price', savings),
    context(`${dayOf(from)} to ${dayOf(to)} UTC`, '`spot-responder status --since 7d` lists all'),
  ];
  const text = `Interruptions of the week: ${toPlain(title)}`;
  return { key: 'parent', text, blocks: fitBlocks(blocks) };
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
