import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../clock.ts';
import { callConditionally, callTable } from '../table/call.ts';
import { expiryAfter, leaderKey, OFFER_PREFIX, offerKey, PARTITION_KEY, SORT_KEY } from '../table/keys.ts';
import { type Offer, readOffer, writeOffer } from './offer.ts';

/** The rows by which the runs of one cluster agree on who drains. Every method throws `AwsCallError`. */
export interface LeaderDesk {
  /** Takes or renews the lead; false while another has it. */
  lead(clusterName: string): Promise<boolean>;
  /** Gives the lead up, if it is still ours. */
  resign(clusterName: string): Promise<void>;
  offer(offer: Offer): Promise<void>;
  offers(clusterName: string): Promise<readonly Offer[]>;
  isOpen(offer: Offer): Promise<boolean>;
  /**
   * Takes an offer off the table. True for exactly one of all who try, even when answers are lost: to the leader it is
   * the node, to its owner a refusal.
   */
  take(offer: Offer): Promise<boolean>;
}

export interface LeaderDeskDeps {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Names this process, as in the incidents it holds. */
  readonly owner: string;
  /** Of `scopeOf`. @default the home region's */
  readonly scope?: string;
  /** A leader silent for this long has lost the lead. */
  readonly leaseSeconds: number;
}

export function dynamoLeaderDesk(deps: LeaderDeskDeps): LeaderDesk {
  const { client, table: TableName, clock, owner, leaseSeconds, scope = '' } = deps;
  const keyOf = ({ clusterName, interruption }: Offer) =>
    offerKey(`${scope}${clusterName}`, interruption.instanceId);
  const leaderOf = (clusterName: string) => leaderKey(`${scope}${clusterName}`);
  const documents = DynamoDBDocumentClient.from(client);
  return {
    lead: async (clusterName) => {
      const now = clock.now();
      const command = new PutCommand({
        TableName,
        Item: {
          ...leaderOf(clusterName),
          owner,
          leaseUntil: now.getTime() + leaseSeconds * 1000,
          expiresAt: expiryAfter(now),
        },
        ConditionExpression: `attribute_not_exists(${PARTITION_KEY}) OR #owner = :owner OR #leaseUntil < :now`,
        ExpressionAttributeNames: { '#owner': 'owner', '#leaseUntil': 'leaseUntil' },
        ExpressionAttributeValues: { ':owner': owner, ':now': now.getTime() },
      });
      const answer = await callConditionally('PutItem', deps, (options) => documents.send(command, options));
      return answer !== 'condition-failed';
    },
    resign: async (clusterName) => {
      const command = new DeleteCommand({
        TableName,
        Key: leaderOf(clusterName),
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      });
      await callConditionally('DeleteItem', deps, (options) => documents.send(command, options));
    },
    offer: async (offer) => {
      const command = new PutCommand({
        TableName,
        Item: {
          ...keyOf(offer),
          fence: offer.lease.fence,
          offer: writeOffer(offer),
          expiresAt: expiryAfter(clock.now()),
        },
      });
      await callTable('PutItem', deps, (options) => documents.send(command, options));
    },
    offers: async (clusterName) => {
      const command = new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
        ExpressionAttributeValues: {
          ':pk': leaderOf(clusterName)[PARTITION_KEY],
          ':prefix': OFFER_PREFIX,
        },
      });
      const { Items = [] } = await callTable('Query', deps, (options) => documents.send(command, options));
      return Items.flatMap(({ offer, takenBy }) => (takenBy ? [] : (readOffer(offer) ?? [])));
    },
    isOpen: async (offer) => {
      const command = new GetCommand({ TableName, Key: keyOf(offer), ConsistentRead: true });
      const { Item } = await callTable('GetItem', deps, (options) => documents.send(command, options));
      return Item?.fence === offer.lease.fence && Item.takenBy === undefined;
    },
    take: async (offer) => {
      const token = randomUUID();
      if (!(await mark(offer, token))) return false;
      await clear(offer, token).catch(() => undefined);
      return true;
    },
  };

  /** A deletion alone could not be tried again: whoever finds nothing cannot tell its own deletion from another's. */
  async function mark(offer: Offer, token: string): Promise<boolean> {
    const command = new UpdateCommand({
      TableName,
      Key: keyOf(offer),
      UpdateExpression: 'SET #takenBy = :token',
      ConditionExpression: '#fence = :fence AND (attribute_not_exists(#takenBy) OR #takenBy = :token)',
      ExpressionAttributeNames: { '#fence': 'fence', '#takenBy': 'takenBy' },
      ExpressionAttributeValues: { ':fence': offer.lease.fence, ':token': token },
    });
    const answer = await callConditionally('UpdateItem', deps, (options) => documents.send(command, options));
    return answer !== 'condition-failed';
  }

  /** Only for order: a row that is marked counts as gone, and expires. */
  async function clear(offer: Offer, token: string): Promise<void> {
    const command = new DeleteCommand({
      TableName,
      Key: keyOf(offer),
      ConditionExpression: '#takenBy = :token',
      ExpressionAttributeNames: { '#takenBy': 'takenBy' },
      ExpressionAttributeValues: { ':token': token },
    });
    await callConditionally('DeleteItem', deps, (options) => documents.send(command, options));
  }
}
