import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { PARTITION_KEY, SORT_KEY } from '../../functions/table/keys.ts';

/** The responder's table in memory; conditions are really evaluated. TTL is not: nothing expires. */
export interface SimulatedTable {
  /** `http://127.0.0.1:<port>`, for the client's `endpoint`; any credentials and region do. */
  readonly endpoint: string;
  readonly tableName: string;
  /** A client of its own that never retries by itself; closed with the table. */
  client(): DynamoDBClient;
  close(): Promise<void>;
}

const TABLE_NAME = 'incidents';

export async function startSimulatedTable(): Promise<SimulatedTable> {
  const server = dynalite({ createTableMs: 0 });
  // As of the simulated account: what is idle on a busy machine stays open.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the simulated table has no TCP port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const pending = trackRequests(server);
  const clients: DynamoDBClient[] = [];
  const table: SimulatedTable = {
    endpoint,
    tableName: TABLE_NAME,
    client: () => {
      const client = connect(endpoint);
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await pending.settled();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  await createTable(table.client());
  return table;
}

/** Closed under a request, dynalite throws where nobody can catch it. */
function trackRequests(server: Server) {
  const responses = new Set<ServerResponse>();
  server.on('request', (_request, response: ServerResponse) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
  return {
    settled: async () => {
      const finished = [...responses].filter(({ writableEnded }) => !writableEnded);
      await Promise.all(finished.map((response) => once(response, 'close')));
    },
  };
}

function connect(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: TABLE_NAME,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
        { AttributeName: SORT_KEY, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: PARTITION_KEY, AttributeType: 'S' },
        { AttributeName: SORT_KEY, AttributeType: 'S' },
      ],
    }),
  );
  const describe = new DescribeTableCommand({ TableName: TABLE_NAME });
  // Without a wait in between: dynalite makes the table active on its next turn.
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE');
}
