import { queryAnswer, type WireAnswer } from './protocol.ts';
import {
  type AccountState,
  type LifecycleAction,
  ServiceFault,
  type WaitingLifecycleAction,
} from './state.ts';

/** Seconds that a hook waits when it was seeded without a timeout: Auto Scaling's own default. */
const DEFAULT_HOOK_SECONDS = 3_600;
/** Heartbeats stretch a wait up to this many timeouts, and 48 hours. */
const MOST_TIMEOUTS = 100;
const LONGEST_WAIT_SECONDS = 48 * 3_600;

/**
 * A hook begins to wait. When nobody answers in time, its default result becomes its answer, as on AWS. `closed`
 * aborts when the account goes.
 */
export function startLifecycleAction(
  state: AccountState,
  waiting: WaitingLifecycleAction,
  closed: AbortSignal,
): void {
  const startedAt = state.clock.now();
  const action: LifecycleAction = {
    ...waiting,
    startedAt,
    expiresAt: after(startedAt, timeoutOf(waiting)),
    heartbeats: 0,
  };
  state.lifecycleActions.push(action);
  void watchExpiry(state, action, closed);
}

async function watchExpiry(
  { clock }: AccountState,
  action: LifecycleAction,
  closed: AbortSignal,
): Promise<void> {
  try {
    while (isActive(action, clock.now()))
      await clock.sleep(action.expiresAt.getTime() - clock.now().getTime(), closed);
  } catch {
    return;
  }
  if (action.result === undefined) finish(action, action.defaultResult ?? 'ABANDON', true);
}

/** CompleteLifecycleAction: once, and only in time. */
export function completeLifecycleAction(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const result = parameters.get('LifecycleActionResult') ?? '';
  if (result !== 'CONTINUE' && result !== 'ABANDON') throw validation('Lifecycle Action Result is invalid');
  finish(activeAction(state, parameters), result, false);
  return queryAnswer('CompleteLifecycleAction', {});
}

/** RecordLifecycleActionHeartbeat: the timeout starts again, inside the global one. */
export function recordHeartbeat(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const action = activeAction(state, parameters);
  action.heartbeats += 1;
  const restarted = after(state.clock.now(), timeoutOf(action));
  const last = after(action.startedAt, globalTimeoutOf(action));
  action.expiresAt = restarted < last ? restarted : last;
  return queryAnswer('RecordLifecycleActionHeartbeat', {});
}

/** DescribeLifecycleHooks: a group has the hooks whose actions were seeded. */
export function describeLifecycleHooks(state: AccountState, parameters: URLSearchParams): WireAnswer {
  const group = parameters.get('AutoScalingGroupName') ?? '';
  const ofGroup = state.lifecycleActions.filter((action) => action.group === group);
  if (ofGroup.length === 0 && !state.autoScalingGroups.has(group))
    throw validation(`AutoScalingGroup name not found - AutoScalingGroup '${group}' not found`);
  const asked = [...parameters].filter(([name]) => name.startsWith('LifecycleHookNames.member.'));
  const names = asked.map(([, name]) => name);
  const hooks = new Map(ofGroup.map((action) => [action.hook, action]));
  return queryAnswer('DescribeLifecycleHooks', {
    LifecycleHooks: [...hooks.values()]
      .filter(({ hook }) => names.length === 0 || names.includes(hook))
      .map((action) => ({
        AutoScalingGroupName: group,
        LifecycleHookName: action.hook,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: timeoutOf(action),
        GlobalTimeout: globalTimeoutOf(action),
        DefaultResult: action.defaultResult ?? 'ABANDON',
      })),
  });
}

/** True while Auto Scaling waits. */
export function isActive({ expiresAt, result }: LifecycleAction, now: Date): boolean {
  return result === undefined && expiresAt > now;
}

function finish(action: LifecycleAction, result: 'CONTINUE' | 'ABANDON', timedOut: boolean): void {
  action.result = result;
  action.timedOut = timedOut;
  action.whenOver?.(result);
}

function activeAction(state: AccountState, parameters: URLSearchParams): LifecycleAction {
  const token = parameters.get('LifecycleActionToken');
  const instanceId = parameters.get('InstanceId');
  const found = state.lifecycleActions.find(
    (action) =>
      action.group === parameters.get('AutoScalingGroupName') &&
      action.hook === parameters.get('LifecycleHookName') &&
      (token === null ? action.instanceId === instanceId : action.token === token) &&
      isActive(action, state.clock.now()),
  );
  if (found !== undefined) return found;
  throw validation(
    `No active Lifecycle Action found with ${token ? `token ${token}` : `instance ID ${instanceId}`}`,
  );
}

function timeoutOf({ timeoutSeconds }: WaitingLifecycleAction): number {
  return timeoutSeconds ?? DEFAULT_HOOK_SECONDS;
}

function globalTimeoutOf(action: WaitingLifecycleAction): number {
  return Math.min(LONGEST_WAIT_SECONDS, MOST_TIMEOUTS * timeoutOf(action));
}

function after(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1_000);
}

function validation(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}
