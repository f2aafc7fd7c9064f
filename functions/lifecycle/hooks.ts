import {
  type AutoScalingClient,
  AutoScalingServiceException,
  CompleteLifecycleActionCommand,
  RecordLifecycleActionHeartbeatCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Clock } from '../clock.ts';
import type { InstanceId, LifecycleHook } from '../signals/interruption.ts';

/** What became of a word to Auto Scaling. Never an exception: a drain goes on without it. */
type HookAnswer =
  | { readonly type: 'completed' }
  | { readonly type: 'extended' }
  /** EKS placed the hook and answers it itself. */
  | { readonly type: 'not-ours' }
  /** Answered before, or timed out: Auto Scaling no longer waits. */
  | { readonly type: 'expired' }
  /** People must hear of it: the instance waits until the hook's own timeout. */
  | { readonly type: 'failed'; readonly reason: string };

/** The Auto Scaling lifecycle hooks that wait for us. */
export interface Hooks {
  /** Lets Auto Scaling go on with the instance (`CONTINUE`), or give it up (`ABANDON`). */
  complete(hook: LifecycleHook, instanceId: InstanceId, result: 'CONTINUE' | 'ABANDON'): Promise<HookAnswer>;
  /** Restarts the hook's timeout. */
  heartbeat(hook: LifecycleHook, instanceId: InstanceId): Promise<HookAnswer>;
}

export interface HooksDeps {
  /** Its own retries are used; all of them together are bounded here. */
  readonly autoScaling: AutoScalingClient;
  readonly clock: Clock;
}

/** Hooks over the Auto Scaling API. A call takes at most 5 s of the clock. */
export function lifecycleHooks(deps: HooksDeps): Hooks {
  return {
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
const TIME_LIMIT_MS = 5_000;

async function answer(
  { clock }: HooksDeps,
  hook: LifecycleHook,
  operation: string,
  success: HookAnswer,
  call: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<HookAnswer> {
  if (EKS_HOOKS.has(hook.hookName)) return { type: 'not-ours' };
  const over = new AbortController();
  const timeout = clock.sleep(TIME_LIMIT_MS, over.signal).then((): HookAnswer => {
    return failed(operation, hook, `no answer within ${TIME_LIMIT_MS / 1000} s`);
  });
  try {
    return await Promise.race([call(over.signal).then(() => success), timeout]);
  } catch (error) {
    if (isExpired(error)) return { type: 'expired' };
    return failed(
      operation,
      hook,
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    );
  } finally {
    over.abort();
  }
}

/** Auto Scaling has no error code of its own for this, only a message. */
function isExpired(error: unknown): boolean {
  return (
    error instanceof AutoScalingServiceException &&
    error.name === 'ValidationError' &&
    /no active lifecycle action found/i.test(error.message)
  );
}

function failed(operation: string, hook: LifecycleHook, problem: string): HookAnswer {
  const where = `hook ${hook.hookName} of group ${hook.autoScalingGroup}`;
  return { type: 'failed', reason: `autoscaling:${operation} for ${where}: ${problem}` };
}
