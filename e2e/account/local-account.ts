import { SQSClient } from '@aws-sdk/client-sqs';
import type { StackQueue } from '../template/stack.ts';
import type { Template } from '../template/template.ts';
import type { AwsRequest } from './call.ts';
import { type Connection, deployQueues, deployStores, keepSecret, withAddress } from './deploy.ts';
import { type AwsAnswer, type Gateway, type Interceptor, openGateway, type RecordedCall } from './gateway.ts';
import { openSender } from './sender.ts';

interface ApiServerAddress {
  readonly server: string;
  readonly caPem: string;
}

export interface LocalAccountOptions {
  readonly moto: string;
  /** Twelve digits, of its own for each scenario. */
  readonly account: string;
  readonly region: string;
  /** Where the API server of every cluster of the account is. */
  readonly cluster: ApiServerAddress;
  /** What each call of a function takes longer. */
  readonly delayMs: number;
  /** What PutEvents took. */
  readonly onEvents: (entries: readonly Readonly<Record<string, unknown>>[]) => void;
}

/** An AWS account behind moto, and a door of its own for each function, so that one knows who called what. */
export interface LocalAccount {
  readonly calls: readonly RecordedCall[];
  /** As an administrator; nothing is recorded. */
  readonly connection: Connection;
  readonly sqs: SQSClient;
  /** The endpoint that a function is given. */
  doorFor(caller: string): Promise<string>;
  /** Asked first about each call from now on; call what it returns to end it. */
  intercept(interceptor: Interceptor): () => void;
  /** From now on these services are somebody else's, who does what moto does not. */
  route(services: readonly string[], endpoint: string): void;
  deploy(template: Template, queues: readonly StackQueue[], nameOf: (id: string) => string): Promise<void>;
  putSecret(place: string, value: string): Promise<void>;
  queueUrl(arn: string): string;
  send(arn: string, body: unknown): Promise<void>;
  close(): Promise<void>;
}

export async function openAccount(options: LocalAccountOptions): Promise<LocalAccount> {
  const { account, cluster, moto, onEvents, region } = options;
  const calls: RecordedCall[] = [];
  const asked: Interceptor[] = [];
  const standing = [tellApiServer(cluster), hearEvents(onEvents)];
  const gateways: Gateway[] = [];
  const routes = new Map<string, string>();
  const upstreamOf = (service: string) => routes.get(service) ?? moto;
  const open = async (caller: string, ours: { delayMs: number; onCall: (call: RecordedCall) => void }) => {
    const interceptors = () => [...asked, ...standing];
    const gateway = await openGateway(caller, { upstreamOf, account, interceptors, ...ours });
    gateways.push(gateway);
    return gateway.endpoint;
  };
  const endpoint = await open('administrator', { delayMs: 0, onCall: () => undefined });
  const credentials = { accessKeyId: 'AKIAADMINISTRATOR', secretAccessKey: 'administrator' };
  const connection: Connection = { endpoint, region, credentials };
  const sqs = new SQSClient(connection);
  const queueUrl = (arn: string) => `${endpoint}/${account}/${arn.split(':').at(-1)}`;
  return {
    calls,
    connection,
    sqs,
    queueUrl,
    doorFor: (caller) => open(caller, { delayMs: options.delayMs, onCall: (call) => calls.push(call) }),
    intercept: (interceptor) => {
      asked.push(interceptor);
      return () => void asked.splice(asked.indexOf(interceptor), 1);
    },
    route: (services, upstream) => {
      for (const service of services) routes.set(service, upstream);
    },
    deploy: async (template, queues, nameOf) => {
      await Promise.all([deployStores(template, connection, nameOf), deployQueues(queues, sqs)]);
    },
    putSecret: (place, value) => keepSecret(connection, place, value),
    send: openSender(sqs, queueUrl),
    close: async () => {
      sqs.destroy();
      await Promise.all(gateways.map((each) => each.close()));
    },
  };
}

/** moto knows clusters, but no API server: the one thing that is said in its place. */
function tellApiServer({ caPem, server }: ApiServerAddress): Interceptor {
  const ca = Buffer.from(caPem).toString('base64');
  return ({ operation, service }, _caller, pass) => {
    if (service !== 'eks' || operation !== 'DescribeCluster') return undefined;
    return pass().then((answer) =>
      answer.status === 200 ? { ...answer, body: withAddress(answer.body, server, ca) } : answer,
    );
  };
}

function hearEvents(onEvents: LocalAccountOptions['onEvents']): Interceptor {
  return (request, _caller, pass) => {
    if (request.service !== 'events' || request.operation !== 'PutEvents') return undefined;
    return hear(request, pass, onEvents);
  };
}

async function hear(
  { body }: AwsRequest,
  pass: () => Promise<AwsAnswer>,
  onEvents: LocalAccountOptions['onEvents'],
): Promise<AwsAnswer> {
  const answer = await pass();
  const { Entries = [] }: { Entries?: Record<string, unknown>[] } = JSON.parse(body);
  if (answer.status === 200) onEvents(Entries);
  return answer;
}
