import type { Detail } from '../announce/schema.ts';
import type { Announced, IncidentAnnounced } from './announced.ts';

export type Received = Detail<'Interruption Received'>;
export type Progress = Detail<'Interruption Progress'>;
export type Handled = Detail<'Interruption Handled'>;
export type Checkpoint = Detail<'Checkpoint Requested'>;
export type Fallback = Detail<'Fallback Decided'>;

/**
 * All that was announced about one incident, the newest of each kind. Built by taking events in any order, any
 * number of times: the same set of events is always the same story.
 */
export interface Story {
  readonly incident: string;
  /** By slot, see `slotOf`. */
  readonly told: ReadonlyMap<string, Announced>;
}

export function emptyStory(incident: string): Story {
  return { incident, told: new Map() };
}

/** What an event replaces: the older event of the same slot. */
export function slotOf(announced: Announced): string {
  switch (announced.type) {
    case 'Interruption Received':
      return 'received';
    case 'Interruption Progress':
      return 'progress';
    case 'Interruption Handled':
      return 'handled';
    case 'Checkpoint Requested':
    case 'Checkpoint Progress':
    case 'Checkpoint Completed':
    case 'Checkpoint Missed': {
      const { namespace, name } = announced.detail.gang;
      return `checkpoint#${namespace}/${name}`;
    }
    case 'Fallback Decided':
      return `fallback#${announced.detail.pool}`;
  }
}

export function takeAnnounced(story: Story, announced: Announced): Story {
  const slot = slotOf(announced);
  const known = story.told.get(slot);
  if (known && known.detail.revision >= announced.detail.revision) return story;
  return { ...story, told: new Map([...story.told, [slot, announced]]) };
}

/** How far an incident is, by the newest event about it. */
export type Phase =
  | { readonly type: 'received'; readonly detail: Received }
  | { readonly type: 'moving'; readonly detail: Progress }
  | { readonly type: 'ended'; readonly detail: Handled };

/** `undefined` while only checkpoints or fallback decisions of it are known: its receipt is still on its way. */
export function phaseOf({ told }: Story): Phase | undefined {
  const [newest] = incidentEvents(told).toSorted((one, other) => other.detail.revision - one.detail.revision);
  switch (newest?.type) {
    case 'Interruption Received':
      return { type: 'received', detail: newest.detail };
    case 'Interruption Progress':
      return { type: 'moving', detail: newest.detail };
    case 'Interruption Handled':
      return { type: 'ended', detail: newest.detail };
    default:
      return undefined;
  }
}

/** Facts of the incident: of the newest event, with what only another one knew. */
export function factsOf(story: Story): Facts | undefined {
  const events = incidentEvents(story.told).toSorted(
    (one, other) => one.detail.revision - other.detail.revision,
  );
  const newest = events.at(-1)?.detail;
  const node = events.findLast(({ detail }) => detail.node !== undefined)?.detail;
  return newest && { ...newest, ...(node && { node: node.node, gpus: node.gpus }) };
}

export type Facts = IncidentAnnounced['detail'];

export function checkpointsOf({ told }: Story): readonly Checkpoint[] {
  return inSlotOrder(told).flatMap((each) => ('gang' in each.detail ? [each.detail] : []));
}

export function fallbacksOf({ told }: Story): readonly Fallback[] {
  return inSlotOrder(told).flatMap((each) => (each.type === 'Fallback Decided' ? [each.detail] : []));
}

/** Of a pool's own story. */
export function newestDecision(stories: readonly Story[]): Fallback | undefined {
  return stories.flatMap(fallbacksOf).toSorted((one, other) => other.revision - one.revision)[0];
}

function incidentEvents(told: Story['told']) {
  return [...told.values()].filter(
    (each) =>
      each.type === 'Interruption Received' ||
      each.type === 'Interruption Progress' ||
      each.type === 'Interruption Handled',
  );
}

/** Not the order of arrival, which may be any. */
function inSlotOrder(told: Story['told']): Announced[] {
  return [...told]
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, each]) => each);
}
