import { mayLeaveCordon } from '../incidents/cordon-left.ts';
import { type HeldHook, holdHook } from '../lifecycle/hold-hook.ts';
import type { Interruption, LifecycleHook } from '../signals/interruption.ts';
import type { Chapter } from './chapter.ts';
import { leaveReturn } from './put-off.ts';
import type { Outcome } from './report.ts';

interface OpenHook {
  /** With the deadline that follows from how long Auto Scaling can be kept waiting. */
  readonly interruption: Interruption;
  readonly stop: HeldHook['stop'];
}

/** Keeps Auto Scaling waiting while the node is drained, up to the longest drain that is configured. */
export async function keepHookWaiting(chapter: Chapter): Promise<OpenHook> {
  const { deps, interruption, options } = chapter;
  const { hook, instanceId, noticedAt } = interruption;
  if (!hook || options.dryRun) return { interruption, stop: () => undefined };
  const tell = (text: string) => noteHook(chapter, hook, text);
  const { endsAt, stop } = await holdHook({ hooks: deps.hooks, clock: deps.clock, tell }, hook, instanceId, {
    beganAt: noticedAt,
    wasHeld: chapter.earlier.run > 0,
  });
  if (!endsAt) return { interruption, stop };
  const longest = new Date(noticedAt.getTime() + deps.choices.longestDrainMinutes * 60_000);
  return { interruption: { ...interruption, deadline: endsAt < longest ? endsAt : longest }, stop };
}

/**
 * Tells Auto Scaling to go on once the drain is over. Also after a failure, unless the event is delivered once
 * more: a group must not wait for a node that nobody can drain. What Auto Scaling answers is told, it cannot undo
 * the drain.
 */
export async function returnHook(chapter: Chapter, hook: LifecycleHook, outcome: Outcome): Promise<void> {
  const { deps, interruption, options } = chapter;
  const { type } = outcome;
  const goesOn = type === 'interrupted' || type === 'continued' || type === 'joined';
  if (goesOn || (type === 'failed' && !options.lastTry)) return;
  // Before the answer, so that a run that dies in between leaves a hook that waits rather than a node that nobody frees.
  if (interruption.action === 'reboot' && mayLeaveCordon(type)) await leaveReturn(chapter);
  const answer = await deps.hooks.complete(hook, interruption.instanceId, 'CONTINUE');
  noteHook(chapter, hook, 'reason' in answer ? `${answer.type}: ${answer.reason}` : answer.type);
}

function noteHook({ deps, note }: Chapter, { hookName }: LifecycleHook, text: string): void {
  note({ type: 'hook', at: deps.clock.now(), text: `${hookName} ${text}` });
}
