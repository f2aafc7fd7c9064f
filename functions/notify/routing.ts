import { openedAt } from '../incidents/claim.ts';
import type { Announced } from './announced.ts';
import { levelOf, reaches } from './level.ts';
import type { NotifySettings, Route } from './settings.ts';

/** A conversation in Slack that an event belongs to. Its id follows from the event alone, whenever it arrives. */
export interface Place {
  /** `interruptions#C0123#us-east-2#ml-prod#2026-11-20T10:00:00Z`. */
  readonly conversation: string;
  /** The incident or pool whose story the event goes on with. */
  readonly story: string;
}

/** Where an event is told: none for what is quiet by configuration. */
export function placesOf(announced: Announced, settings: NotifySettings): readonly Place[] {
  if (announced.type === 'Fallback Decided') return placesOfDecision(announced.detail, settings);
  const { detail } = announced;
  const { incident, region, cluster } = detail;
  return channelsOf(announced, settings).map((channel) => ({
    conversation: interruptionsIn(channel, region, cluster, incident, settings),
    story: incident,
  }));
}

export function kindOf(conversation: string): string {
  return conversation.split('#')[0] ?? '';
}

export function channelOf(conversation: string): string {
  return conversation.split('#')[1] ?? '';
}

/** A pool has a conversation of its own, and a line in the threads of the interruptions that led to it. */
function placesOfDecision(detail: Decided['detail'], settings: NotifySettings): readonly Place[] {
  const { region, cluster, pool, episode, incidents } = detail;
  const own = channelsOf({ type: 'Fallback Decided', detail }, settings).map((channel) => ({
    conversation: ['fallback', channel, region, cluster ?? '-', pool, episode].join('#'),
    story: ['pool', region, cluster ?? '-', pool, episode].join('#'),
  }));
  const main = mainChannel(cluster, settings);
  const beside = incidents.map((incident) => ({
    conversation: interruptionsIn(main, region, cluster, incident, settings),
    story: incident,
  }));
  return [...own, ...beside];
}

type Decided = Extract<Announced, { readonly type: 'Fallback Decided' }>;

/** Windows are cut by the clock, not by arrival: so they are the same for every order of events and every process. */
function interruptionsIn(
  channel: string,
  region: string,
  cluster: string | undefined,
  incident: string,
  { windowSeconds }: NotifySettings,
): string {
  const windowMs = windowSeconds * 1000;
  const window = new Date(Math.floor(openedAt(incident).getTime() / windowMs) * windowMs);
  return ['interruptions', channel, region, cluster ?? '-', window.toISOString()].join('#');
}

function channelsOf(announced: Announced, settings: NotifySettings): readonly string[] {
  const added = settings.routes.filter((route) => isAddition(route) && fits(route, announced));
  const main = isQuiet(announced, settings) ? [] : [mainChannel(announced.detail.cluster, settings)];
  return [...new Set([...main, ...added.map(({ channel }) => channel)])];
}

export function mainChannel(cluster: string | undefined, { channel, routes }: NotifySettings): string {
  return routes.find((route) => !isAddition(route) && fitsCluster(route, cluster))?.channel ?? channel;
}

function isAddition({ namespace, level }: Route): boolean {
  return namespace !== undefined || level !== undefined;
}

function fits(route: Route, announced: Announced): boolean {
  const { namespace, level } = route;
  return (
    fitsCluster(route, announced.detail.cluster) &&
    (level === undefined || reaches(levelOf(announced), level)) &&
    (namespace === undefined || namespacesOf(announced).some((each) => matches(namespace, each)))
  );
}

function fitsCluster({ cluster }: Route, name: string | undefined): boolean {
  return cluster === undefined || (name !== undefined && matches(cluster, name));
}

/** A rebalance that nothing is done about is no news by default. */
function isQuiet({ type, detail }: Announced, { tellRebalances }: NotifySettings): boolean {
  if (tellRebalances || !('kind' in detail) || detail.kind !== 'rebalance-recommendation') return false;
  if (type === 'Interruption Received') return 'response' in detail && !detail.response.cordon;
  return 'outcome' in detail && detail.outcome.type === 'told';
}

/** Of the pods that are moved. */
function namespacesOf({ detail }: Announced): readonly string[] {
  if ('gang' in detail) return [detail.gang.namespace];
  if ('workloads' in detail) return detail.workloads.map(({ namespace }) => namespace);
  if (!('outcome' in detail)) return [];
  return detail.pods.filter(({ result }) => result !== 'skipped').map(({ namespace }) => namespace);
}

/** `ml-*` matches `ml-prod`. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
