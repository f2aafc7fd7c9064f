import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { privateQueue } from './private-queue.ts';

export interface LaterQueueProps {
  /** Leaves messages and reads them. */
  readonly responder: LambdaFn;
  readonly longestRun: Duration;
  /** For messages that no invocation could handle. */
  readonly deadLetters: Queue;
}

/**
 * Events come out this much later and find the first target's incident, or its dead lease. What the responder leaves says
 * its own delay, which counts instead.
 */
const SECOND_LOOK = Duration.seconds(20);
/** A message that an invocation died on, or that an account without a free function let lie, comes back this often. */
const MOST_TRIES = 5;
/**
 * Lambda holds on to a batch that no function is free for, and it stays hidden no longer for that: a run that begins late must
 * be over before its messages come again.
 *
 * Source: Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping".
 */
const WAITS_FOR_A_FUNCTION = Duration.minutes(5);
/**
 * Each second look waits for the run that it looks after: a thousand of them must not take up the account's functions.
 * Nor must drains that outlast their invocation, so those meet (`functions/respond/meeting.ts`), and one goes on with all.
 */
const BATCH = 100;
/** A second look is a takeover inside the notice: it gathers no longer. */
const GATHERING = Duration.seconds(1);

/**
 * The queue of what the responder gets later: each event a second time, and what goes on in a later invocation (drains
 * longer than one, notices whose time has not come, cordons to be taken back). One queue for both, since Lambda's asking
 * for messages is most of what an idle month costs, and no bound on concurrency: a bounded queue is asked by five instead
 * of two, and second looks would stand in line behind long drains.
 */
export function addLaterQueue(
  scope: Construct,
  { deadLetters, longestRun, responder }: LaterQueueProps,
): Queue {
  // By the ids of the queue that it was first: messages outlive an upgrade.
  const queue = privateQueue(new Construct(scope, 'Continuations'), 'Queue', {
    deliveryDelay: SECOND_LOOK,
    visibilityTimeout: longestRun.plus(WAITS_FOR_A_FUNCTION),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_TRIES },
  });
  responder.addToRolePolicy(
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
  );
  responder.addEnvironment('CONTINUATION_QUEUE', queue.queueUrl);
  responder.addEventSource(
    new SqsEventSource(queue, {
      reportBatchItemFailures: true,
      batchSize: BATCH,
      maxBatchingWindow: GATHERING,
    }),
  );
  return queue;
}
