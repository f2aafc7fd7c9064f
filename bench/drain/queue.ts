import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
}

/** As much of SQS as a consumer needs (JSON protocol); every other call goes on to `account`. */
export interface Queue {
  readonly endpoint: string;
  put(bodies: readonly string[]): void;
}

export async function startQueue(account: string): Promise<Queue> {
  const messages = new Map<string, Message>();
  const server = createServer((request, response) => {
    answer(messages, account, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the queue has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    put: (bodies) => {
      for (const body of bodies) {
        const id = randomUUID();
        messages.set(id, { id, body, visibleAt: 0 });
      }
    },
  };
}

async function answer(
  messages: Map<string, Message>,
  account: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const target = String(request.headers['x-amz-target'] ?? '');
  if (!target.startsWith('AmazonSQS.')) return passOn(account, request, body, response);
  const input = JSON.parse(body);
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  if (target.endsWith('DeleteMessage')) messages.delete(input.ReceiptHandle);
  const found = target.endsWith('ReceiveMessage') ? await receive(messages, input) : undefined;
  response.end(JSON.stringify(found ? { Messages: found } : {}));
}

interface Receive {
  readonly MaxNumberOfMessages: number;
  readonly VisibilityTimeout: number;
  readonly WaitTimeSeconds: number;
}

async function receive(messages: Map<string, Message>, input: Receive) {
  const until = Date.now() + input.WaitTimeSeconds * 1000;
  for (;;) {
    const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= Date.now());
    if (visible.length > 0 || Date.now() > until)
      return visible.slice(0, input.MaxNumberOfMessages).map((message) => {
        message.visibleAt = Date.now() + input.VisibilityTimeout * 1000;
        return toWire(message);
      });
    await sleep(20);
  }
}

function toWire({ id, body }: Message) {
  return {
    MessageId: id,
    ReceiptHandle: id,
    Body: body,
    MD5OfBody: createHash('md5').update(body).digest('hex'),
    Attributes: { SentTimestamp: String(Date.now()) },
  };
}

async function passOn(account: string, request: IncomingMessage, body: string, response: ServerResponse) {
  const answered = await fetch(account + (request.url ?? '/'), {
    method: request.method ?? 'POST',
    // The account reads from the signature which service is meant.
    headers: {
      'content-type': request.headers['content-type'] ?? '',
      authorization: request.headers.authorization ?? '',
    },
    body,
  });
  response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? 'text/xml' });
  response.end(await answered.text());
}
