import { readFileSync } from 'node:fs';
import { type Announced, readAnnounced } from '../../functions/notify/announced.ts';
import type { Checkpoint, Fallback, Handled, Progress, Received } from '../../functions/notify/story.ts';

/** A conversation to look at: what was announced, and what it shows. */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly events: readonly Announced[];
}

/** The samples of `events/announced/`, and variations of them. */

const received = sample('interruption-received') as { detail: Received };
const progress = sample('interruption-progress') as { detail: Progress };
export const handled = sample('interruption-handled') as { detail: Handled };
export const saved = sample('checkpoint-completed') as { detail: Checkpoint };
export const missed = sample('checkpoint-missed') as { detail: Checkpoint };
export const scaledOut = sample('fallback-decided') as { detail: Fallback };
export const refused = sample('fallback-refused') as { detail: Fallback };

/** Pods of the sample that nothing befell. */
export const clean = handled.detail.pods.filter(({ result, hazards }) => result !== 'deleted' && !hazards);

export function receive(part: Partial<Received> = {}): Announced {
  return { type: 'Interruption Received', detail: { ...received.detail, ...part } };
}

export function advance(part: Partial<Progress>): Announced {
  return { type: 'Interruption Progress', detail: { ...progress.detail, ...part } };
}

export function end(part: Partial<Handled>): Announced {
  return { type: 'Interruption Handled', detail: { ...handled.detail, ...part } };
}

export function pod(
  namespace: string,
  name: string,
  result: Handled['pods'][number]['result'],
  part: Partial<Handled['pods'][number]>,
): Handled['pods'][number] {
  return { namespace, name, result, ...part };
}

function sample(name: string): Announced {
  const file = new URL(`../../events/announced/${name}.json`, import.meta.url);
  const announced = readAnnounced(JSON.parse(readFileSync(file, 'utf8')));
  if (announced.type === 'ignored') throw new RangeError(`${name}.json: ${announced.reason}`);
  return announced;
}
