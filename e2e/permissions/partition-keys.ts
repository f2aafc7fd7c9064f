import * as z from 'zod/mini';
import type { AwsRequest } from '../account/call.ts';

const item = z.looseObject({ pk: z.object({ S: z.string() }) });
const single = z.object({ Key: z.optional(item), Item: z.optional(item) });
const query = z.object({
  KeyConditionExpression: z.string(),
  ExpressionAttributeValues: z.record(z.string(), z.looseObject({ S: z.optional(z.string()) })),
});
const reads = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(item) })) });
const write = z.object({
  PutRequest: z.optional(z.object({ Item: item })),
  DeleteRequest: z.optional(z.object({ Key: item })),
});
const writes = z.object({ RequestItems: z.record(z.string(), z.array(write)) });

/** `dynamodb:LeadingKeys` of a request, as IAM sees them. */
export function partitionKeysOf({ body, operation }: AwsRequest): readonly string[] {
  const given: unknown = JSON.parse(body);
  switch (operation) {
    case 'Query': {
      const { ExpressionAttributeValues, KeyConditionExpression } = query.parse(given);
      const [, name = ''] = /^\s*\(?\s*#?\w+\s*=\s*(:\w+)/.exec(KeyConditionExpression) ?? [];
      return [ExpressionAttributeValues[name]?.S ?? ''];
    }
    case 'BatchGetItem':
      return Object.values(reads.parse(given).RequestItems).flatMap(({ Keys }) => Keys.map(({ pk }) => pk.S));
    case 'BatchWriteItem':
      return Object.values(writes.parse(given).RequestItems)
        .flat()
        .flatMap(({ DeleteRequest, PutRequest }) => (PutRequest?.Item ?? DeleteRequest?.Key)?.pk.S ?? []);
    default: {
      const { Item, Key } = single.parse(given);
      return [(Item ?? Key)?.pk.S ?? ''];
    }
  }
}
