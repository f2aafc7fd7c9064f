import { systemClock } from '../../functions/clock.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type LocalAccount, openAccount } from '../account/local-account.ts';
import { type Bridge, type Doors, doorOf, openBridge, toEvent } from '../events/bridge.ts';
import { poll } from '../events/poller.ts';
import { type Concurrency, openConcurrency } from '../lambda/concurrency.ts';
import type { LocalFunction } from '../lambda/function.ts';
import { invokeLater } from '../lambda/later.ts';
import { grantsByFunction } from '../permissions/allowed.ts';
import type { FunctionGrants } from '../permissions/compare.ts';
import { groupFinder, holdToGrants } from '../permissions/guard.ts';
import { readStack, type Stack, type StackFunction } from '../template/stack.ts';
import type { Templates } from '../template/template.ts';
import { openFunctions, putSlackSecret } from './functions.ts';
import { REGION } from './identities.ts';
import { localNames } from './physical.ts';

/** Where the parts that a stage needs from outside are. */
export interface StageOptions {
  readonly templates: Templates;
  /** Where the cluster and its instances are, when not in the home region. */
  readonly extraRegion?: string;
  /** Which bundle of `dist` a function runs: `respond`. */
  readonly bundleOf: (properties: StackFunction) => string;
  readonly moto: string;
  readonly account: string;
  readonly cluster: { readonly server: string; readonly caPem: string };
  readonly delayMs: number;
  /** Services that another server answers for, in place of moto; by name. */
  readonly routes?: Readonly<Record<string, string>>;
  /** Invocations that the account runs at once. @default 1000 */
  readonly accountConcurrency?: number;
  /** The bundle whose processes are served before those of the others, where processors are short. @default none */
  readonly first?: string;
  /** In place of the template's, by the end of a queue's name: a time lapse for what would take minutes. */
  readonly visibilitySeconds?: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
}

/** The stack, deployed on this machine and running: functions, queues, rules, schedules, and Slack beside it. */
export interface Stage {
  readonly account: LocalAccount;
  readonly stack: Stack;
  readonly bridge: Bridge;
  /** EventBridge of the extra region; takes what happens there. */
  readonly abroad?: Bridge;
  readonly slack: SimulatedSlack;
  readonly concurrency: Concurrency;
  /** What the roles of the functions may do; each call is held to it. */
  readonly grants: readonly FunctionGrants[];
  /** By the name of its bundle. */
  fn(bundle: string): LocalFunction;
  /** Invokes or sends to what the schedules of this expression name, and waits for that. */
  tick(expression: string): Promise<void>;
  /** All that the functions wrote. */
  output(): string;
  close(): Promise<void>;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const { account: number, cluster, delayMs, extraRegion, moto, templates } = options;
  const { forwarding, home: template } = templates;
  let bridge: Bridge | undefined;
  const account = await openAccount({
    moto,
    account: number,
    region: REGION,
    cluster,
    delayMs,
    onEvents: (entries) => {
      for (const entry of entries) bridge?.put(busName(entry.EventBusName), toEvent(entry, number, REGION));
    },
  });
  opened.defer(account.close);
  const names = localNames(template, {
    account: number,
    endpoint: account.connection.endpoint,
    region: REGION,
  });
  const stack = hasten(readStack(template, names), options.visibilitySeconds ?? {});
  for (const [service, endpoint] of Object.entries(options.routes ?? {})) account.route([service], endpoint);
  await account.deploy(template, stack.queues, names.nameOf);
  const byFunction = grantsByFunction(template, names);
  const grants = stack.functions.map((each) => ({
    bundle: options.bundleOf(each),
    name: each.name,
    grants: byFunction.get(each.name) ?? [],
  }));
  const findGroup = groupFinder(account.connection);
  account.intercept(holdToGrants(grants, { account: number, findGroup }));
  const slack = await startSimulatedSlack({ clock: systemClock });
  opened.defer(slack.close);
  await putSlackSecret(stack, account, slack);
  const concurrency = openConcurrency(options.accountConcurrency ?? 1_000);
  const functions = await openFunctions(stack, options, { account, slack, concurrency });
  opened.defer(async () => void (await Promise.all([...functions.values()].map((each) => each.close()))));
  const doors = openDoors(account, functions, signal, (bus, event) => bridge?.put(bus, event));
  bridge = openBridge(stack.rules, doors);
  const place = { account: number, endpoint: account.connection.endpoint, region: extraRegion ?? REGION };
  const rulesAbroad = forwarding && readStack(forwarding, localNames(forwarding, place)).rules;
  for (const mapping of stack.mappings) {
    const target = byName(functions, mapping.function);
    const { visibilitySeconds = 30 } = stack.queues.find(({ arn }) => arn === mapping.queue) ?? {};
    const queueUrl = account.queueUrl(mapping.queue);
    void poll({ sqs: account.sqs, queueUrl, mapping, target, region: REGION, visibilitySeconds, signal });
  }
  opened.defer(async () => closing.abort());
  const closer = opened.move();
  return {
    account,
    stack,
    bridge,
    ...(rulesAbroad && { abroad: openBridge(rulesAbroad, doors) }),
    slack,
    concurrency,
    grants,
    fn: (bundle) => {
      const found = functions.get(bundle);
      if (found) return found;
      throw new Error(`the stack has no function of dist/${bundle}`);
    },
    tick: async (expression) => {
      const due = stack.schedules.filter((each) => each.expression === expression);
      await Promise.all(
        due.map(({ input = '{}', target }) => {
          const content: unknown = JSON.parse(input.replace(SCHEDULED_TIME, new Date().toISOString()));
          return doorOf(doors, target)(target, content);
        }),
      );
    },
    output: () => [...functions.values()].map((each) => each.output()).join(''),
    close: () => closer.disposeAsync(),
  };
}

/** What EventBridge Scheduler puts the time of the schedule in for. */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

function openDoors(
  account: LocalAccount,
  functions: ReadonlyMap<string, LocalFunction>,
  signal: AbortSignal,
  put: (bus: string, event: unknown) => void,
): Doors {
  return {
    toFunction: async (arn, event) => {
      const target = byName(functions, arn);
      const ending = await invokeLater(target, event, signal);
      const { onFailure } = target.properties.later;
      if (ending.type === 'done' || !onFailure || signal.aborted) return;
      const { reason } = ending;
      await account.send(onFailure, {
        requestContext: { functionArn: `${target.properties.arn}:$LATEST`, condition: 'RetriesExhausted' },
        requestPayload: event,
        responsePayload: { errorMessage: reason },
      });
    },
    toQueue: (arn, event) => account.send(arn, event),
    toBus: async (arn, event) => put(busName(arn), event),
    lost: (error) => {
      // What is under way when the stage closes finds no account any more.
      if (!signal.aborted) throw error;
    },
  };
}

/** EventBridge takes a bus by its name or its ARN. */
function busName(given: unknown): string {
  return typeof given === 'string' ? (given.split('/').at(-1) ?? given) : 'default';
}

/** By name or ARN. */
function byName(functions: ReadonlyMap<string, LocalFunction>, wanted: string): LocalFunction {
  for (const each of functions.values())
    if (each.properties.name === wanted || each.properties.arn === wanted) return each;
  throw new Error(`the stack has no function ${wanted}`);
}

function hasten(stack: Stack, visibility: Readonly<Record<string, number>>): Stack {
  const queues = stack.queues.map((queue) => {
    const [, seconds] = Object.entries(visibility).find(([end]) => queue.name.endsWith(end)) ?? [];
    return seconds === undefined ? queue : { ...queue, visibilitySeconds: seconds };
  });
  return { ...stack, queues };
}
