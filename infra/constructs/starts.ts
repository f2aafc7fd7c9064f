import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { EventInvokeConfigOptions, Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { SCHEDULED_RUNS, type ScheduledRun } from '../scheduled-runs.ts';

interface Runs {
  readonly run: ScheduledRun;
  readonly schedule: ScheduleExpression;
  /** One that is later is not made up for: the next does the same. */
  readonly goodFor: Duration;
  /** Keeps those that failed, and those that could not be started. */
  readonly failedRuns: Queue;
}

/** Starts `what` again and again, by a schedule with a role of its own, which may start it and nothing else. */
export function addRuns(
  scope: Construct,
  id: string,
  what: LambdaFn,
  { failedRuns, goodFor, run, schedule }: Runs,
): void {
  new Schedule(scope, id, {
    description: `spot-responder: ${SCHEDULED_RUNS[run]}`,
    schedule,
    target: new LambdaInvoke(what, {
      role: scheduleRole(scope),
      input: ScheduleTargetInput.fromObject({ run }),
      retryAttempts: 0,
      maxEventAge: goodFor,
      deadLetterQueue: failedRuns,
    }),
  });
}

/** Of a function that such a schedule starts: neither one that fails nor one that waits too long is tried again. */
export function eachRun({
  failedRuns,
  goodFor,
}: Pick<Runs, 'failedRuns' | 'goodFor'>): EventInvokeConfigOptions {
  return { retryAttempts: 0, maxEventAge: goodFor, onFailure: new SqsDestination(failedRuns) };
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

export const MINUTE = Duration.minutes(1);
