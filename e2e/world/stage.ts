import { systemClock } from '../../functions/clock.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type Interceptor, refusal } from '../account/gateway.ts';
import { type LocalAccount, openAccount } from '../account/local-account.ts';
import { type Bridge, openBridge, toEvent } from '../events/bridge.ts';
import { poll } from '../events/poller.ts';
import { type Concurrency, openConcurrency } from '../lambda/concurrency.ts';
import { type LocalFunction, openFunction } from '../lambda/function.ts';
import { invokeLater } from '../lambda/later.ts';
import { grantsByFunction } from '../permissions/allowed.ts';
import type { FunctionGrants } from '../permissions/compare.ts';
import { denialOf } from '../permissions/refuse.ts';
import { readStack, type Stack, type StackFunction } from '../template/stack.ts';
import type { Template } from '../template/template.ts';
import { credentialsOf, REGION } from './identities.ts';
import { localNames } from './physical.ts';

/** Where the parts that a stage needs from outside are. */
export interface StageOptions {
  readonly template: Template;
  /** Which bundle of `dist` a function runs: `respond`. */
  readonly bundleOf: (properties: StackFunction) => string;
  readonly moto: string;
  readonly account: string;
  readonly cluster: { readonly server: string; readonly caPem: string };
  /** @default 0 */
  readonly delayMs?: number;
  /** Invocations that the account runs at once. @default 1000 */
  readonly accountConcurrency?: number;
  /** In place of the template's, by the end of a queue's name: a time lapse for what would take minutes. */
  readonly visibilitySeconds?: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
}

/** The stack, deployed on this machine and running: functions, queues, rules, schedules, and Slack beside it. */
export interface Stage {
  readonly account: LocalAccount;
  readonly stack: Stack;
  readonly bridge: Bridge;
  readonly slack: SimulatedSlack;
  readonly concurrency: Concurrency;
  /** What the roles of the functions may do; each call is held to it. */
  readonly grants: readonly FunctionGrants[];
  /** By the name of its bundle. */
  fn(bundle: string): LocalFunction;
  /** Invokes what the schedules of this expression name, and waits for them. */
  tick(expression: string): Promise<void>;
  /** All that the functions wrote. */
  output(): string;
  close(): Promise<void>;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const { account: number, cluster, delayMs = 0, moto, template } = options;
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
  await account.deploy(template, stack.queues, names.nameOf);
  const byFunction = grantsByFunction(template, names);
  const grants = stack.functions.map((each) => ({
    bundle: options.bundleOf(each),
    name: each.name,
    grants: byFunction.get(each.name) ?? [],
  }));
  account.intercept(holdToGrants(grants));
  const slack = await startSimulatedSlack({ clock: systemClock });
  opened.defer(slack.close);
  await putSlackSecret(stack, account, slack);
  const concurrency = openConcurrency(options.accountConcurrency ?? 1_000);
  const functions = await openFunctions(options, stack, { account, slack, concurrency });
  opened.defer(async () => void (await Promise.all([...functions.values()].map((each) => each.close()))));
  const doors = openDoors(account, functions, signal);
  bridge = openBridge(stack.rules, doors);
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
        due.map(({ function: arn, input }) => doors.toFunction(arn, input ? JSON.parse(input) : {})),
      );
    },
    output: () => [...functions.values()].map((each) => each.output()).join(''),
    close: () => closer.disposeAsync(),
  };
}

/** IAM's part. */
function holdToGrants(grants: readonly FunctionGrants[]): Interceptor {
  const byCaller = new Map(grants.map((each) => [each.bundle, each.grants]));
  return (request, caller) => {
    const own = byCaller.get(caller);
    const denial = own && denialOf(own, request);
    return denial ? Promise.resolve(refusal(request, 'AccessDeniedException', denial, 403)) : undefined;
  };
}

function openDoors(
  account: LocalAccount,
  functions: ReadonlyMap<string, LocalFunction>,
  signal: AbortSignal,
) {
  return {
    toFunction: async (arn: string, event: unknown) => {
      const target = byName(functions, arn);
      const ending = await invokeLater(target, event, signal);
      const { onFailure } = target.properties.later;
      if (ending.type === 'done' || !onFailure || signal.aborted) return;
      const { reason } = ending;
      await account.send(onFailure, { requestPayload: event, responsePayload: { errorMessage: reason } });
    },
    toQueue: (arn: string, event: unknown) => account.send(arn, event),
    lost: (error: unknown) => {
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

interface Surroundings {
  readonly account: LocalAccount;
  readonly slack: SimulatedSlack;
  readonly concurrency: Concurrency;
}

async function openFunctions(
  { bundleOf }: StageOptions,
  { functions }: Stack,
  { account, concurrency, slack }: Surroundings,
): Promise<ReadonlyMap<string, LocalFunction>> {
  const opened = new Map<string, LocalFunction>();
  for (const properties of functions) {
    const bundle = bundleOf(properties);
    const door = await account.doorFor(bundle);
    const variables = variablesOf(properties, bundle, door, account, slack);
    opened.set(bundle, openFunction(properties, variables, concurrency));
  }
  return opened;
}

/** The template's variables, and what Lambda and this machine add. */
function variablesOf(
  { environment, memoryMegabytes, name }: StackFunction,
  bundle: string,
  door: string,
  { connection }: LocalAccount,
  { apiUrl }: SimulatedSlack,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = credentialsOf(bundle);
  const own = Object.entries(environment).map(([key, value]) => [
    key,
    // A queue's URL leads through the function's own door.
    value.replace(connection.endpoint, door),
  ]);
  return {
    ...Object.fromEntries(own),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_ENDPOINT_URL: door,
    SLACK_API_URL: apiUrl,
    TZ: ':UTC',
  };
}

async function putSlackSecret({ functions }: Stack, account: LocalAccount, slack: SimulatedSlack) {
  const names = new Set(functions.flatMap(({ environment }) => environment.SLACK_SECRET ?? []));
  for (const name of names) await account.putSecret(name, JSON.stringify({ token: slack.token }));
}

function hasten(stack: Stack, visibility: Readonly<Record<string, number>>): Stack {
  const queues = stack.queues.map((queue) => {
    const [, seconds] = Object.entries(visibility).find(([end]) => queue.name.endsWith(end)) ?? [];
    return seconds === undefined ? queue : { ...queue, visibilitySeconds: seconds };
  });
  return { ...stack, queues };
}
