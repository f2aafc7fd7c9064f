import type { LifecycleHook } from '../signals/interruption.ts';
import type { Chapter } from './chapter.ts';
import type { Outcome } from './report.ts';

/** Tells Auto Scaling to go on once the node is empty. A failure is told, it cannot undo the drain. */
export async function returnHook(
  { deps, interruption, note }: Chapter,
  hook: LifecycleHook,
  outcome: Outcome,
): Promise<void> {
  if (outcome.type === 'interrupted' || outcome.type === 'failed') return;
  const answer = await deps.hooks.complete(hook, interruption.instanceId, 'CONTINUE');
  const text = 'reason' in answer ? `${answer.type}: ${answer.reason}` : answer.type;
  note({ type: 'hook', at: deps.clock.now(), text: `${hook.hookName} ${text}` });
}
