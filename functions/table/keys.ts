/** The one table: what its keys are called and which row lives where. */

export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** Written into every row, so that a later version knows what it reads. */
export const SCHEMA_VERSION = 1;

/** Rows leave by DynamoDB's TTL on `expiresAt`, epoch seconds. */
const KEPT_DAYS = 90;

export interface Key {
  readonly [PARTITION_KEY]: string;
  readonly [SORT_KEY]: string;
}

/**
 * What stands before the names of clusters in keys: clusters of two regions may have the same name, of which only the
 * home region's are without it. No name of a cluster has a slash.
 */
export function scopeOf(region: string, homeRegion: string): string {
  return region === homeRegion ? '' : `${region}/`;
}

/** One row per instance. */
export function incidentKey(instanceId: string): Key {
  return { [PARTITION_KEY]: `${INSTANCE_PREFIX}${instanceId}`, [SORT_KEY]: 'incident' };
}

export const INSTANCE_PREFIX = 'instance#';

/** One row per closed incident, in the partition of the (UTC) day it was closed on. */
export function historyKey(closedAt: Date, incidentId: string, fence: number): Key {
  return {
    [PARTITION_KEY]: historyPartition(closedAt),
    [SORT_KEY]: `${closedAt.toISOString()}#${incidentId}#${fence}`,
  };
}

export function historyPartition(day: Date): string {
  return `${HISTORY_PREFIX}${day.toISOString().slice(0, 10)}`;
}

export const HISTORY_PREFIX = 'history#';

/** One row per instance that is a node, written by the minute pass of the node index. */
export function nodeKey(instanceId: string): Key {
  return { [PARTITION_KEY]: `${NODE_PREFIX}${instanceId}`, [SORT_KEY]: 'node' };
}

export const NODE_PREFIX = 'node#';

/** One row per cluster, all in one partition: few, and read together. */
export function clusterKey(clusterName: string, scope = ''): Key {
  return { [PARTITION_KEY]: CLUSTERS_PARTITION, [SORT_KEY]: `${scope}${clusterName}` };
}

export const CLUSTERS_PARTITION = 'clusters';

/** What was announced about one incident or fallback pool, for the notifier. */
export function storyKey(story: string): Key {
  return { [PARTITION_KEY]: `${STORY_PREFIX}${story}`, [SORT_KEY]: 'story' };
}

export const STORY_PREFIX = 'told#';

/** One partition a conversation in Slack: its head, and a row for each story that is part of it. */
export function conversationHeadKey(conversation: string): Key {
  return { [PARTITION_KEY]: conversationPartition(conversation), [SORT_KEY]: 'head' };
}

export const MEMBER_PREFIX = 'member#';

export function conversationMemberKey(conversation: string, story: string): Key {
  return { [PARTITION_KEY]: conversationPartition(conversation), [SORT_KEY]: `${MEMBER_PREFIX}${story}` };
}

export function conversationPartition(conversation: string): string {
  return `${CONVERSATION_PREFIX}${conversation}`;
}

export const CONVERSATION_PREFIX = 'conversation#';

/** Long after the last event of an incident could still be redriven: queues keep them for 14 days. */
const NOTICES_KEPT_DAYS = 30;

export function noticesExpireAfter(time: Date): number {
  return Math.ceil(time.getTime() / 1000) + NOTICES_KEPT_DAYS * 24 * 3600;
}

/** Epoch seconds at which a row last needed at `time` may go. */
export function expiryAfter(time: Date): number {
  return Math.ceil(time.getTime() / 1000) + KEPT_DAYS * 24 * 3600;
}

/** One row per cluster in which drains are under way: which process leads them. */
export function leaderKey(clusterName: string): Key {
  return { [PARTITION_KEY]: `${LEADER_PREFIX}${clusterName}`, [SORT_KEY]: 'leader' };
}

export const LEADER_PREFIX = 'leader#';
export const OFFER_PREFIX = 'offer#';

/** One row per node that waits for the leader of its cluster, in the leader's partition. */
export function offerKey(clusterName: string, instanceId: string): Key {
  return { ...leaderKey(clusterName), [SORT_KEY]: `${OFFER_PREFIX}${instanceId}` };
}

/** One partition a fallback pool (`cluster/name`): its state, and a line for each decision that people were told of. */
export function poolKey(pool: string): Key {
  return { [PARTITION_KEY]: poolPartition(pool), [SORT_KEY]: 'state' };
}

export function poolDecisionKey(pool: string, decidedAt: Date, fence: number): Key {
  return {
    [PARTITION_KEY]: poolPartition(pool),
    [SORT_KEY]: `${DECISION_PREFIX}${decidedAt.toISOString()}#${fence}`,
  };
}

export function poolPartition(pool: string): string {
  return `${POOL_PREFIX}${pool}`;
}

export const POOL_PREFIX = 'pool#';
export const DECISION_PREFIX = 'decision#';

/** One partition a (UTC) day: for each hour a row a cluster with its nodes, and a row a region with the prices. */
export function hoursPartition(day: Date): string {
  return `${HOURS_PREFIX}${day.toISOString().slice(0, 10)}`;
}

export function tallyKey(hour: Date, region: string, clusterName: string): Key {
  return {
    [PARTITION_KEY]: hoursPartition(hour),
    [SORT_KEY]: `${hourOf(hour)}#tally#${region}/${clusterName}`,
  };
}

export function hourPricesKey(hour: Date, region: string): Key {
  return { [PARTITION_KEY]: hoursPartition(hour), [SORT_KEY]: `${hourOf(hour)}#prices#${region}` };
}

function hourOf(hour: Date): string {
  return hour.toISOString().slice(11, 13);
}

export const HOURS_PREFIX = 'hours#';
