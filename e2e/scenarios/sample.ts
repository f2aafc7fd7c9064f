import { readFile } from 'node:fs/promises';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { REGION } from '../world/identities.ts';

/** A file of `events/`, happening now, about these instances in place of its own. */
export function happening(sample: string, ...instances: readonly string[]): Promise<object> {
  return happeningAt(new Date(), sample, ...instances);
}

/** The same, in another region. */
export async function happeningIn(
  region: string,
  sample: string,
  ...instances: readonly string[]
): Promise<object> {
  const event = JSON.stringify(await happening(sample, ...instances));
  return Object(JSON.parse(event.replaceAll(REGION, region)));
}

/** The same, at this time: what shall be told in one conversation must fall into one of its windows. */
export async function happeningAt(
  time: Date,
  sample: string,
  ...instances: readonly string[]
): Promise<object> {
  const text = await readFile(new URL(`../../events/${sample}.json`, import.meta.url), 'utf8');
  const own = [...new Set(text.match(/i-0[0-9a-f]{16}/g))];
  const swapped = own.reduce((event, id, at) => event.replaceAll(id, instances[at] ?? id), text);
  return Object(retimeEvent(JSON.parse(swapped), time));
}
