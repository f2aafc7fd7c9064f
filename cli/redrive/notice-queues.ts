import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';

interface QueueSeen {
  readonly arn: string;
  /** By SQS's own count, which may be a minute behind. */
  readonly messages: number;
}

/** A move of messages out of a queue, as SQS lists it. */
export interface Move {
  /** Epoch milliseconds; tells one move from the next. */
  readonly startedAt: number;
  readonly isRunning: boolean;
  readonly moved: number;
  /** When it began. */
  readonly toMove: number;
  /** Why it ended before all were moved. */
  readonly failure?: string;
}

/** The queues of the notifier, for people. Every method throws `AwsCallError` with the remedy. */
export interface DeadLetters {
  /** @throws ConfigurationError when there is no such queue. */
  find(name: string): Promise<QueueSeen>;
  newestMove(from: QueueSeen): Promise<Move | undefined>;
  /** `running`: SQS carries out one move a queue, and another is under way. */
  startMove(from: QueueSeen, to: QueueSeen): Promise<'started' | 'running'>;
}

export function sqsDeadLetters(sqs: SQSClient): DeadLetters {
  return {
    find: (name) => findQueue(sqs, name),
    newestMove: (from) => readNewestMove(sqs, from),
    startMove: (from, to) => startMove(sqs, from, to),
  };
}

async function findQueue(sqs: SQSClient, name: string): Promise<QueueSeen> {
  const { QueueUrl } = await call('GetQueueUrl', name, (options) =>
    sqs.send(new GetQueueUrlCommand({ QueueName: name }), options),
  );
  const command = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages'],
  });
  const { Attributes = {} } = await call('GetQueueAttributes', name, (options) => sqs.send(command, options));
  const { ApproximateNumberOfMessages: messages, QueueArn: arn = '' } = Attributes;
  return { arn, messages: Number(messages ?? 0) };
}

async function readNewestMove(sqs: SQSClient, { arn }: QueueSeen): Promise<Move | undefined> {
  const command = new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 });
  const { Results = [] } = await call('ListMessageMoveTasks', arn, (options) => sqs.send(command, options));
  const [newest] = Results;
  if (!newest) return undefined;
  const { FailureReason, StartedTimestamp, Status = 'unknown' } = newest;
  const isOver = Status === 'COMPLETED' || Status === 'RUNNING' || Status === 'CANCELLING';
  return {
    startedAt: StartedTimestamp ?? 0,
    isRunning: Status === 'RUNNING' || Status === 'CANCELLING',
    moved: newest.ApproximateNumberOfMessagesMoved ?? 0,
    toMove: newest.ApproximateNumberOfMessagesToMove ?? 0,
    ...(!isOver && { failure: FailureReason ?? `SQS says ${Status}` }),
  };
}

async function startMove(sqs: SQSClient, from: QueueSeen, to: QueueSeen): Promise<'started' | 'running'> {
  const command = new StartMessageMoveTaskCommand({ SourceArn: from.arn, DestinationArn: to.arn });
  try {
    await call('StartMessageMoveTask', from.arn, (options) => sqs.send(command, options));
    return 'started';
  } catch (error) {
    if (!(error instanceof AwsCallError) || !(await readNewestMove(sqs, from))?.isRunning) throw error;
    return 'running';
  }
}

const CALL_TIMEOUT_MS = 10_000;

async function call<Output>(
  operation: string,
  queue: string,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  } catch (cause) {
    const code = cause instanceof Error ? cause.name : 'Unknown';
    const said = cause instanceof Error ? cause.message : String(cause);
    if (code.endsWith('QueueDoesNotExist') || code.endsWith('NonExistentQueue'))
      throw new ConfigurationError(
        `There is no queue "${queue}" in this account and Region. Set AWS_REGION to the Region of the stack, use credentials of its account, or deploy it with Slack configured.`,
        { cause },
      );
    const message = `sqs:${operation} on ${queue} failed with ${code}: ${said.replace(/\.$/, '')}. ${remedyFor(operation, code, said)}`;
    throw new AwsCallError(operation, code, message, { cause });
  }
}

/** A move receives, deletes and sends in the name of whoever starts it. */
const NEEDED =
  'sqs:StartMessageMoveTask, ListMessageMoveTasks, ReceiveMessage, DeleteMessage, GetQueueAttributes and GetQueueUrl on the dead-letter queue, sqs:SendMessage, GetQueueAttributes and GetQueueUrl on the other';

function remedyFor(operation: string, code: string, said: string): string {
  if (/AccessDenied/.test(code)) return `Allow your credentials ${NEEDED}.`;
  if (said === 'Region is missing') return 'Set AWS_REGION to the Region of the stack.';
  if (/Credentials|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature/.test(code))
    return 'Give valid AWS credentials: a profile, a login or a role.';
  if (code === 'RequestThrottled' || code === 'TimeoutError' || code === 'AbortError')
    return 'Try again: what was moved stays moved.';
  return `Check that SQS can be reached from here; ${operation} may be tried again at any time.`;
}
