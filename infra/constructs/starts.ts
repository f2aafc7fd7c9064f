import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

/** A schedule's target with a role of its own, which may start `what` and nothing else, for this account's schedules only. */
export function starts(
  scope: Construct,
  what: LambdaFn,
  more: {
    readonly input?: ScheduleTargetInput;
    readonly retryAttempts?: number;
    readonly maxEventAge?: Duration;
  } = {},
): LambdaInvoke {
  const sameAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  const role = new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: sameAccount }),
  });
  return new LambdaInvoke(what, { role, ...more });
}

/** For what runs each minute anyway: one that fails or is late is not made up for. */
export const eachMinute = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
