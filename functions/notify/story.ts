import { isWithoutLease } from '../announce/revision.ts';
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

/** By revision it counts as older than all that a run with a lease tells, though it may well be the last word. */
const END_WITHOUT_LEASE = 'handled without a lease';

/** What an event replaces: the older event of the same slot. */
export function slotOf(announced: Announced): string {
  switch (announced.type) {
    case 'Interruption Received':
      return 'received';
    case 'Interruption Progress':
      return 'progress';
    case 'Interruption Handled':
      return isWithoutLease(announced.detail.revision) ? END_WITHOUT_LEASE : 'handled';
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

/** How far an incident is. */
export type Phase =
  | { readonly type: 'received'; readonly detail: Received }
  | { readonly type: 'moving'; readonly detail: Progress }
  | { readonly type: 'ended'; readonly detail: Handled };

/**
 * By the newest event. But the end that a run reached without a lease stands until one with a lease has ended having
 * acted: the run that it seems to be older than may have died, or have failed, before it.
 *
 * `undefined` while only checkpoints or fallback decisions of it are known: its receipt is still on its way.
 */
export function phaseOf({ told }: Story): Phase | undefined {
  const newest = incidentEvents(told).at(-1);
  const reached = told.get(END_WITHOUT_LEASE);
  if (reached && hasActed(reached) && !(newest && hasActed(newest))) return toPhase(reached);
  return newest && toPhase(newest);
}

function toPhase(event: Announced): Phase | undefined {
  switch (event.type) {
    case 'Interruption Received':
      return { type: 'received', detail: event.detail };
    case 'Interruption Progress':
      return { type: 'moving', detail: event.detail };
    case 'Interruption Handled':
      return { type: 'ended', detail: event.detail };
    default:
      return undefined;
  }
}

const WITHOUT_ACTING: readonly Handled['outcome']['type'][] = [
  'failed',
  'too-late',
  'node-gone',
  'ambiguous',
];

/** An end that says what became of the node. */
function hasActed(event: Announced): boolean {
  return event.type === 'Interruption Handled' && !WITHOUT_ACTING.includes(event.detail.outcome.type);
}

/** Facts of the incident: of the newest event, with what only others knew. */
export function factsOf(story: Story): Facts | undefined {
  const details = incidentEvents(story.told).map(({ detail }) => detail);
  const newest = details.at(-1);
  const ofNode = details.findLast(({ node }) => node !== undefined);
  const ofPlace = details.findLast(({ cluster }) => cluster !== undefined);
  return (
    newest && { ...newest, ...placeOf(ofPlace), ...(ofNode && { node: ofNode.node, gpus: ofNode.gpus }) }
  );
}

/** A run that failed before it found the instance does not know it; another did. */
function placeOf(detail: Facts | undefined): Pick<Received, 'cluster' | 'instanceType' | 'owner' | 'zone'> {
  if (!detail) return {};
  const { cluster, instanceType, owner, zone } = detail;
  return { cluster, ...(instanceType && { instanceType }), ...(owner && { owner }), ...(zone && { zone }) };
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

/** The newest last; of two with one revision, the end. */
function incidentEvents(told: Story['told']) {
  return [...told.values()]
    .filter(
      (each) =>
        each.type === 'Interruption Received' ||
        each.type === 'Interruption Progress' ||
        each.type === 'Interruption Handled',
    )
    .toSorted(
      (one, other) =>
        one.detail.revision - other.detail.revision ||
        Number(one.type === 'Interruption Handled') - Number(other.type === 'Interruption Handled'),
    );
}

/** Not the order of arrival, which may be any. */
function inSlotOrder(told: Story['told']): Announced[] {
  return [...told]
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, each]) => each);
}
