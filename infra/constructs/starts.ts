import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** A schedule's target with a role of its own, which may start `what` and nothing else. */
export function starts(
  scope: Construct,
  what: LambdaFn,
  more: { readonly retryAttempts?: number; readonly maxEventAge?: Duration } = {},
): LambdaInvoke {
  return new LambdaInvoke(what, { role: scheduleRole(scope), ...more });
}

/** A schedule's target with a role of its own, which may send to `queue` and nothing else; what it cannot send is kept. */
export function sends(
  scope: Construct,
  queue: Queue,
  more: { readonly input: ScheduleTargetInput; readonly deadLetterQueue: Queue },
): SqsSendMessage {
  return new SqsSendMessage(queue, { role: scheduleRole(scope), ...more });
}

/** For this account's schedules only. */
function scheduleRole(scope: Construct): Role {
  const sameAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  return new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: sameAccount }),
  });
}

/** For what runs each minute anyway: one that fails or is late is not made up for. */
export const eachMinute = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
