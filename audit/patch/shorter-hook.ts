import type { Container } from '../objects.ts';

const ENOUGH_SECONDS = 20;

/** A container's preStop hook with its sleeps cut to what endpoints need to go; a strategic merge patch of the container. */
export function withShorterHook({ lifecycle, name }: Container): object {
  const hook = lifecycle?.preStop;
  const preStop = hook?.sleep
    ? { sleep: { seconds: ENOUGH_SECONDS } }
    : { exec: { command: (hook?.exec?.command ?? []).map(shortened) } };
  return { name, lifecycle: { preStop } };
}

function shortened(word: string, at: number, words: readonly string[]): string {
  return words[at - 1]?.endsWith('sleep')
    ? String(ENOUGH_SECONDS)
    : word.replace(/\bsleep\s+\d+m?s?\b/g, `sleep ${ENOUGH_SECONDS}`);
}
