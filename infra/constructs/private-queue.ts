import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Encrypted, only over TLS, and with what it keeps for how long said; four days are SQS's own default. */
export function privateQueue(scope: Construct, id: string, props: QueueProps): Queue {
  return new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(4),
    ...props,
  });
}

/** One that holds what failed. `of` is who leaves it there, where cdk-nag does not see them: it knows redrive policies only. */
export function failureQueue(scope: Construct, id: string, keptFor: Duration, of: string): Queue {
  const queue = privateQueue(scope, id, { retentionPeriod: keptFor });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions::AwsSolutions-SQS3',
    reason: `It is the dead-letter queue: of ${of}, which the check does not see.`,
  });
  return queue;
}

/**
 * The queue as targets of rules are to name it, once a queue: all rules of this account and region may send to it. CDK's own
 * grant is a statement a rule, of which a queue takes twenty, and 8,192 bytes; a queue that it did not make it grants nothing on.
 *
 * Source: SQS developer guide, "Amazon SQS policy quotas".
 */
export function openToRules(queue: Queue): IQueue {
  const { account, partition, region } = Stack.of(queue);
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } },
    }),
  );
  return Queue.fromQueueArn(queue, 'ForRules', queue.queueArn);
}
