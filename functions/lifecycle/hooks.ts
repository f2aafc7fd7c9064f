import {
  AutoScalingClient,
  type AutoScalingClientConfig,
  AutoScalingServiceException,
  CompleteLifecycleActionCommand,
  DescribeLifecycleHooksCommand,
  type LifecycleHook as LifecycleHookDescription,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import type { InstanceId, LifecycleHook } from '../signals/interruption.ts';

/** What became of a word to Auto Scaling. Never an exception: a drain goes on without it. */
export type HookAnswer =
  | { readonly type: 'completed' }
  | { readonly type: 'extended' }
  /** EKS placed the hook and answers it itself. */
  | { readonly type: 'not-ours' }
  /** Answered before, or timed out: Auto Scaling no longer waits. */
  | { readonly type: 'expired' }
  /** People must hear of it: the instance waits until the hook's own timeout. */
  | { readonly type: 'failed'; readonly reason: string };

/** How long Auto Scaling waits for an answer; seconds. */
interface HookTimes {
  readonly type: 'known';
  /** From the beginning, or from the last heartbeat. */
  readonly timeoutSeconds: number;
  /** From the beginning; no heartbeat stretches it. */
  readonly longestSeconds: number;
}

/** The Auto Scaling lifecycle hooks that wait for us. */
export interface Hooks {
  /** Reads the hook's own description. */
  describe(hook: LifecycleHook): Promise<HookTimes | Extract<HookAnswer, { type: 'not-ours' | 'failed' }>>;
  /** Lets Auto Scaling go on with the instance (`CONTINUE`), or give it up (`ABANDON`). */
  complete(hook: LifecycleHook, instanceId: InstanceId, result: 'CONTINUE' | 'ABANDON'): Promise<HookAnswer>;
  /** Restarts the hook's timeout. */
  heartbeat(hook: LifecycleHook, instanceId: InstanceId): Promise<HookAnswer>;
}

export interface HooksDeps {
  /** Its own retries are used; all of them together are bounded here. */
  readonly autoScaling: AutoScalingClient;
  /** Wall time after which a call is given up. @default 5000 */
  readonly timeoutMilliseconds?: number;
}

/** `lifecycleHooks` with a client of its own. */
export function openHooks(settings: AutoScalingClientConfig): Hooks {
  return lifecycleHooks({ autoScaling: new AutoScalingClient(settings) });
}

/** Hooks over the Auto Scaling API. */
export function lifecycleHooks(deps: HooksDeps): Hooks {
  return {
    describe: (hook) => describe(deps, hook),
    complete: (hook, instanceId, result) =>
      answer(deps, hook, 'CompleteLifecycleAction', { type: 'completed' }, (abortSignal) =>
        deps.autoScaling.send(
          new CompleteLifecycleActionCommand({ ...target(hook, instanceId), LifecycleActionResult: result }),
          { abortSignal },
        ),
      ),
    heartbeat: (hook, instanceId) =>
      answer(deps, hook, 'RecordLifecycleActionHeartbeat', { type: 'extended' }, (abortSignal) =>
        deps.autoScaling.send(new RecordLifecycleActionHeartbeatCommand(target(hook, instanceId)), {
          abortSignal,
        }),
      ),
  };
}

async function describe(deps: HooksDeps, hook: LifecycleHook): ReturnType<Hooks['describe']> {
  const command = new DescribeLifecycleHooksCommand({
    AutoScalingGroupName: hook.autoScalingGroup,
    LifecycleHookNames: [hook.hookName],
  });
  let found: LifecycleHookDescription | undefined;
  const answered = await answer(
    deps,
    hook,
    'DescribeLifecycleHooks',
    { type: 'completed' },
    async (abortSignal) => {
      found = (await deps.autoScaling.send(command, { abortSignal })).LifecycleHooks?.[0];
    },
  );
  if (answered.type === 'not-ours' || answered.type === 'failed') return answered;
  const { GlobalTimeout: longestSeconds, HeartbeatTimeout: timeoutSeconds } = found ?? {};
  if (!longestSeconds || !timeoutSeconds)
    return failed('DescribeLifecycleHooks', hook, 'the group has no such hook any more');
  return { type: 'known', timeoutSeconds, longestSeconds };
}

function target(hook: LifecycleHook, instanceId: InstanceId) {
  return {
    AutoScalingGroupName: hook.autoScalingGroup,
    LifecycleHookName: hook.hookName,
    LifecycleActionToken: hook.token,
    InstanceId: instanceId,
  };
}

/** Managed node groups install these two and answer them themselves. */
const EKS_HOOKS = new Set(['Terminate-LC-Hook', 'Launch-LC-Hook']);

async function answer(
  { timeoutMilliseconds = 5_000 }: HooksDeps,
  hook: LifecycleHook,
  operation: string,
  success: HookAnswer,
  call: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<HookAnswer> {
  if (EKS_HOOKS.has(hook.hookName)) return { type: 'not-ours' };
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  try {
    await Promise.race([call(timeout), abortion(timeout)]);
    return success;
  } catch (error) {
    if (timeout.aborted) return failed(operation, hook, `no answer within ${timeoutMilliseconds / 1000} s`);
    if (isExpired(error)) return { type: 'expired' };
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return failed(operation, hook, problem);
  }
}

/** The client does not watch the signal while it waits between retries or for credentials. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Auto Scaling has no error code of its own for this, only a message. */
function isExpired(error: unknown): boolean {
  return (
    error instanceof AutoScalingServiceException &&
    error.name === 'ValidationError' &&
    /no active lifecycle action found/i.test(error.message)
  );
}

function failed(operation: string, hook: LifecycleHook, problem: string) {
  const where = `hook ${hook.hookName} of group ${hook.autoScalingGroup}`;
  return { type: 'failed', reason: `autoscaling:${operation} for ${where}: ${problem}` } as const;
}
