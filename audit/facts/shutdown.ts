import type { Container, PodTemplate } from '../objects.ts';

/** A spot notice, in seconds: no grace outlives it. */
export const NOTICE_SECONDS = 120;
/** Kubernetes' default. */
const DEFAULT_GRACE_SECONDS = 30;

export function graceOf({ terminationGracePeriodSeconds }: PodTemplate['spec']): number {
  return terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** The script that a hook or container runs, as one text. */
export function scriptOf(words: readonly string[] | undefined): string {
  return (words ?? []).join('\n');
}

const SLEEP = /\bsleep\s+(\d+(?:\.\d+)?)(m|s)?\b/g;

/** Seconds that a preStop hook surely waits: its sleeps. What else it does is not known. */
export function preStopSeconds({ lifecycle }: Container): number {
  const hook = lifecycle?.preStop;
  if (hook?.sleep) return hook.sleep.seconds;
  const script = scriptOf(hook?.exec?.command).replace(/^\s*#.*$/gm, '');
  // `["sleep", "60"]` is a sleep too: the words are joined by line ends.
  const waits = [
    ...script
      .replaceAll('\nsleep\n', '\nsleep ')
      .replace(/^(\/bin\/)?sleep\n/, 'sleep ')
      .matchAll(SLEEP),
  ];
  return waits.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unit === 'm' ? 60 : 1), 0);
}
