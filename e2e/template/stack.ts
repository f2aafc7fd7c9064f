import { join } from 'node:path';
import * as z from 'zod/mini';
import type { EventPattern } from '../events/pattern.ts';
import { type Physical, resolve } from './intrinsics.ts';
import type { Resource, Template } from './template.ts';

/** The stack as far as it runs: what CloudFormation would have made, with every reference followed. */
export interface Stack {
  readonly functions: readonly StackFunction[];
  readonly queues: readonly StackQueue[];
  readonly rules: readonly StackRule[];
  readonly mappings: readonly QueueMapping[];
  readonly schedules: readonly StackSchedule[];
}

export interface StackFunction {
  readonly arn: string;
  readonly name: string;
  /** Folder with `index.mjs`: the asset that the stack deploys. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly reservedConcurrency?: number;
  /** Of invocations that nobody waits for. */
  readonly later: {
    readonly retries: number;
    readonly longestAgeSeconds: number;
    readonly onFailure?: string;
  };
}

export interface StackQueue {
  readonly arn: string;
  readonly name: string;
  readonly delaySeconds: number;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

export interface StackRule {
  readonly id: string;
  /** `default` for what AWS sends. */
  readonly bus: string;
  readonly pattern: EventPattern;
  readonly targets: readonly { readonly arn: string; readonly deadLetters?: string }[];
}

/** An event source mapping of Lambda: a queue's messages, in batches. */
export interface QueueMapping {
  readonly queue: string;
  readonly function: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsFailures: boolean;
  /** Batches that are worked on at once, where the template bounds them. */
  readonly mostConcurrent?: number;
}

interface StackSchedule {
  readonly expression: string;
  /** ARN of a function or a queue. */
  readonly target: string;
  readonly input: string | undefined;
}

export function readStack(template: Template, physical: Physical): Stack {
  const read = <Parsed>(type: string, toPart: (resource: Resource) => Parsed): readonly Parsed[] =>
    template
      .ofType(type)
      .map(({ id, properties }) => toPart({ id, type, properties: Object(resolve(properties, physical)) }));
  const invocations = read('AWS::Lambda::EventInvokeConfig', ({ properties }) =>
    invokeConfig.parse(properties),
  );
  return {
    functions: read('AWS::Lambda::Function', (each) => toFunction(template, physical, invocations, each)),
    queues: read('AWS::SQS::Queue', (each) => toQueue(physical, each)),
    rules: read('AWS::Events::Rule', toRule),
    mappings: read('AWS::Lambda::EventSourceMapping', toMapping),
    schedules: read('AWS::Scheduler::Schedule', toSchedule),
  };
}

const invokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z._default(z.number(), 2),
  MaximumEventAgeInSeconds: z._default(z.number(), 21_600),
  DestinationConfig: z.optional(z.object({ OnFailure: z.optional(z.object({ Destination: z.string() })) })),
});

const functionProperties = z.object({
  Code: z.object({ S3Key: z.string() }),
  Environment: z._default(z.object({ Variables: z.record(z.string(), z.string()) }), { Variables: {} }),
  MemorySize: z._default(z.number(), 128),
  Timeout: z._default(z.number(), 3),
  ReservedConcurrentExecutions: z.optional(z.number()),
});

function toFunction(
  { folder }: Template,
  physical: Physical,
  invocations: readonly z.output<typeof invokeConfig>[],
  { id, properties }: Resource,
): StackFunction {
  const { Code, Environment, MemorySize, ReservedConcurrentExecutions, Timeout } =
    functionProperties.parse(properties);
  const name = physical.ref(id);
  const later = invocations.find(({ FunctionName }) => FunctionName === name);
  const onFailure = later?.DestinationConfig?.OnFailure?.Destination;
  return {
    arn: physical.attribute(id, 'Arn'),
    name,
    bundle: join(folder, `asset.${Code.S3Key.replace(/\.zip$/, '')}`),
    environment: Environment.Variables,
    timeoutSeconds: Timeout,
    memoryMegabytes: MemorySize,
    ...(ReservedConcurrentExecutions !== undefined && { reservedConcurrency: ReservedConcurrentExecutions }),
    later: {
      retries: later?.MaximumRetryAttempts ?? 2,
      longestAgeSeconds: later?.MaximumEventAgeInSeconds ?? 21_600,
      ...(onFailure && { onFailure }),
    },
  };
}

const queueProperties = z.object({
  QueueName: z.optional(z.string()),
  DelaySeconds: z._default(z.number(), 0),
  VisibilityTimeout: z._default(z.number(), 30),
  MessageRetentionPeriod: z._default(z.number(), 345_600),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })),
});

function toQueue(physical: Physical, { id, properties }: Resource): StackQueue {
  const queue = queueProperties.parse(properties);
  return {
    arn: physical.attribute(id, 'Arn'),
    name: physical.attribute(id, 'QueueName'),
    delaySeconds: queue.DelaySeconds,
    visibilitySeconds: queue.VisibilityTimeout,
    retentionSeconds: queue.MessageRetentionPeriod,
    ...(queue.RedrivePolicy && { redrive: queue.RedrivePolicy }),
  };
}

const ruleProperties = z.object({
  EventBusName: z._default(z.string(), 'default'),
  EventPattern: z.record(z.string(), z.unknown()),
  Targets: z.array(
    z.object({ Arn: z.string(), DeadLetterConfig: z.optional(z.object({ Arn: z.string() })) }),
  ),
});

function toRule({ id, properties }: Resource): StackRule {
  const { EventBusName, EventPattern: pattern, Targets } = ruleProperties.parse(properties);
  const targets = Targets.map(({ Arn: arn, DeadLetterConfig }) => ({
    arn,
    ...(DeadLetterConfig && { deadLetters: DeadLetterConfig.Arn }),
  }));
  return { id, bus: EventBusName, pattern, targets };
}

const mappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z._default(z.number(), 10),
  MaximumBatchingWindowInSeconds: z._default(z.number(), 0),
  FunctionResponseTypes: z._default(z.array(z.string()), []),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.optional(z.number()) })),
});

function toMapping({ properties }: Resource): QueueMapping {
  const mapping = mappingProperties.parse(properties);
  const mostConcurrent = mapping.ScalingConfig?.MaximumConcurrency;
  return {
    queue: mapping.EventSourceArn,
    function: mapping.FunctionName,
    batchSize: mapping.BatchSize,
    windowSeconds: mapping.MaximumBatchingWindowInSeconds,
    reportsFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    ...(mostConcurrent !== undefined && { mostConcurrent }),
  };
}

const scheduleProperties = z.object({
  ScheduleExpression: z.string(),
  Target: z.object({ Arn: z.string(), Input: z.optional(z.string()) }),
});

function toSchedule({ properties }: Resource): StackSchedule {
  const { ScheduleExpression, Target } = scheduleProperties.parse(properties);
  return { expression: ScheduleExpression, target: Target.Arn, input: Target.Input };
}
