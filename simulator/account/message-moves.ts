import { randomUUID } from 'node:crypto';
import type { MoveTask, SimulatedQueue } from './message-queue.ts';
import { type AccountState, ServiceFault } from './state.ts';

interface MoveRequest {
  readonly SourceArn: string;
  readonly DestinationArn?: string | undefined;
  readonly MaxNumberOfMessagesPerSecond: number;
}

/** Messages of a dead-letter queue go back by and by; one move at a time a queue. Returns the move's handle. */
export function startMove(
  state: AccountState,
  { DestinationArn, MaxNumberOfMessagesPerSecond, SourceArn }: MoveRequest,
): string {
  const source = queueOf(state, SourceArn);
  const origin = [...state.queues.values()].find(({ deadLetterQueue }) => deadLetterQueue === source);
  if (!origin)
    throw new ServiceFault(
      'InvalidParameterValue',
      'Source queue must be configured as a Dead Letter Queue.',
    );
  const destination = DestinationArn === undefined ? origin : queueOf(state, DestinationArn);
  if (state.moveTasks.some((task) => task.source === source && task.status === 'RUNNING'))
    throw new ServiceFault(
      'UnsupportedOperation',
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  const task: MoveTask = {
    handle: randomUUID(),
    source,
    destination,
    startedAt: state.clock.now(),
    toMove: source.waiting(),
    moved: 0,
    status: 'RUNNING',
  };
  state.moveTasks.unshift(task);
  // Ends with the account.
  carryOut(state, task, MaxNumberOfMessagesPerSecond).catch(() => undefined);
  return task.handle;
}

async function carryOut(
  { clock, closed, queues }: AccountState,
  task: MoveTask,
  perSecond: number,
): Promise<void> {
  while (task.status === 'RUNNING') {
    await clock.sleep(1_000, closed);
    if (![...queues.values()].includes(task.destination)) {
      task.status = 'FAILED';
      task.failureReason = 'AWS.SimpleQueueService.NonExistentQueue';
      return;
    }
    for (const { body, messageId } of task.source.receive(perSecond)) {
      task.destination.send(body);
      task.source.delete(messageId);
      task.moved += 1;
    }
    if (task.source.waiting() === 0) task.status = 'COMPLETED';
  }
}

/** Newest first. Only a running task has a handle. */
export function listMoves(
  state: AccountState,
  { MaxResults, SourceArn }: { readonly SourceArn: string; readonly MaxResults: number },
) {
  const source = queueOf(state, SourceArn);
  return state.moveTasks
    .filter((task) => task.source === source)
    .slice(0, MaxResults)
    .map(({ destination, failureReason, handle, moved, startedAt, status, toMove }) => ({
      ...(status === 'RUNNING' && { TaskHandle: handle }),
      Status: status,
      ...(failureReason !== undefined && { FailureReason: failureReason }),
      SourceArn,
      DestinationArn: destination.arn,
      ApproximateNumberOfMessagesMoved: moved,
      ApproximateNumberOfMessagesToMove: toMove,
      StartedTimestamp: startedAt.getTime(),
    }));
}

function queueOf(state: AccountState, arn: string): SimulatedQueue {
  const queue = [...state.queues.values()].find((each) => each.arn === arn);
  if (!queue)
    throw new ServiceFault(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn or DestinationArn parameter does not exist.',
    );
  return queue;
}
