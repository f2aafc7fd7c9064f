import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type AuditedRequest, acceptedRemovals } from '../../controlplane/audit.ts';
import { systemClock } from '../../functions/clock.ts';
import { dynamoOverview } from '../../functions/incidents/overview.ts';
import type { StackQueue } from '../template/stack.ts';
import type { Scene } from './scenario.ts';

/** Messages that wait, are hidden or delayed, in queues whose name ends so. */
export async function waiting(scene: Scene, end: string): Promise<number> {
  return countMessages(
    scene,
    scene.stack.queues.filter(({ name }) => name.includes(end)),
  );
}

/** In all queues that others redrive to, or that failed runs are kept in. */
export async function deadLetters(scene: Scene): Promise<number> {
  return countMessages(scene, deadLetterQueues(scene));
}

/** True, or what the first ones of each queue say. */
export async function noDeadLetter(scene: Scene): Promise<true | string> {
  const count = await deadLetters(scene);
  if (count === 0) return true;
  const letters: string[] = [];
  for (const { arn, name } of deadLetterQueues(scene)) {
    const { Messages = [] } = await scene.account.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: scene.account.queueUrl(arn), MaxNumberOfMessages: 3 }),
    );
    letters.push(...Messages.map(({ Body = '' }) => `${name}: ${Body.slice(-600)}`));
  }
  return `${count} dead letters, such as\n${letters.join('\n')}`;
}

function deadLetterQueues({ stack: { functions, queues } }: Scene): readonly StackQueue[] {
  const dead = new Set([
    ...queues.map(({ redrive }) => redrive?.deadLetterTargetArn),
    ...functions.map(({ later }) => later.onFailure),
  ]);
  return queues.filter(({ arn }) => dead.has(arn));
}

async function countMessages({ account }: Scene, queues: readonly StackQueue[]): Promise<number> {
  let sum = 0;
  for (const { arn } of queues) {
    const { Attributes } = await account.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: account.queueUrl(arn), AttributeNames: ['All'] }),
    );
    const counts: Readonly<Record<string, string | undefined>> = Attributes ?? {};
    sum += ['', 'Delayed', 'NotVisible'].reduce(
      (all, state) => all + Number(counts[`ApproximateNumberOfMessages${state}`] ?? 0),
      0,
    );
  }
  return sum;
}

/** How the table says that incidents ended since then, in alphabetical order: `emptied`, `told`. */
export async function endsIn({ account, fn }: Scene, since: Date): Promise<readonly string[]> {
  const overview = dynamoOverview({
    client: new DynamoDBClient(account.connection),
    table: fn('respond').properties.environment.INCIDENT_TABLE ?? '',
    clock: systemClock,
    random: Math.random,
  });
  const closed = await overview.closed(since, systemClock.now());
  return closed.map(({ standing }) => (standing.type === 'closed' ? standing.outcome : '')).sort();
}

/** Every word of the channel, or true when it holds this. */
export async function conversationHas({ slack }: Scene, words: RegExp): Promise<true | string> {
  const text = JSON.stringify(await slack.read(slack.channel));
  return words.test(text) || text.slice(0, 2_000);
}

/** Of the nodes that carry the taint and take no pods, how many are there. */
export async function countCordoned(
  { cluster }: Scene,
  nodes: readonly { readonly name: string }[],
): Promise<number> {
  const cordoned = await cluster.cordoned();
  return nodes.filter(({ name }) => cordoned.has(name)).length;
}

export async function countToMove(
  { cluster }: Scene,
  nodes: readonly { readonly name: string }[],
): Promise<number> {
  return (await cluster.podsToMove(new Set(nodes.map(({ name }) => name)))).length;
}

/** Seconds from the event to what the API server saw of it. */
export function drainFigures(begun: Date, requests: readonly AuditedRequest[]) {
  const cordon = requests.find(
    ({ code, resource, verb }) => verb === 'patch' && resource === 'nodes' && code === 200,
  );
  const [eviction] = acceptedRemovals(requests);
  return {
    'cordon s': secondsBetween(begun, cordon?.completedAt),
    'first eviction s': secondsBetween(begun, eviction?.completedAt),
  };
}

export function secondsBetween(from: Date, to: Date = new Date()): number {
  return Math.round((to.getTime() - from.getTime()) / 10) / 100;
}
