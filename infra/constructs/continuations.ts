import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { privateQueue } from './private-queue.ts';

export interface ContinuationsProps {
  /** Leaves messages and reads them. */
  readonly responder: LambdaFn;
  /** For messages that no invocation could handle. */
  readonly deadLetters: Queue;
}

/** A message that an invocation died on comes back after its visibility timeout, this often. */
const MOST_TRIES = 5;
/** Nodes that one invocation drains side by side. */
const BATCH = 25;
/** Lets nodes of one storm gather in few invocations: each lasts as long as its slowest drain. */
const GATHERING = Duration.seconds(5);
/** So that long drains leave concurrency to interruptions that have two minutes. */
const MOST_INVOCATIONS = 5;

/**
 * The queue in which the responder leaves what goes on in a later invocation: drains longer than one, notices whose
 * time has not come, cordons to be taken back.
 */
export class Continuations extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { deadLetters, responder }: ContinuationsProps) {
    super(scope, id);
    this.queue = privateQueue(this, 'Queue', {
      visibilityTimeout: responder.timeout ?? Duration.minutes(15),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_TRIES },
    });
    responder.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }),
    );
    responder.addEnvironment('CONTINUATION_QUEUE', this.queue.queueUrl);
    responder.addEventSource(
      new SqsEventSource(this.queue, {
        reportBatchItemFailures: true,
        batchSize: BATCH,
        maxBatchingWindow: GATHERING,
        maxConcurrency: MOST_INVOCATIONS,
      }),
    );
  }
}
