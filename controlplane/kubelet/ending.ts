import type { Container } from './container.ts';

/** The end that a container is told of. */
export interface Ending {
  /** A later deletion with a shorter grace counts; a longer one does not. */
  begin(graceMs: number): void;
  close(): void;
}

/** What a kubelet leaves a container between SIGTERM and SIGKILL when its hook has used up the grace. */
const AFTER_THE_HOOK_MS = 2_000;

/** preStop hook, SIGTERM, SIGKILL: the grace begins with the hook. `startHook` is absent where a pod has none. */
export function openEnding(container: Container, startHook?: () => Container): Ending {
  let killAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let hook: Container | undefined;
  const close = () => {
    clearTimeout(timer);
    hook?.kill();
  };
  const graceIsOver = () => {
    if (!hook) return container.kill();
    hook.kill(); // SIGTERM follows its end
    timer = setTimeout(() => container.kill(), AFTER_THE_HOOK_MS);
  };
  const start = () => {
    hook = startHook?.();
    if (!hook) return container.terminate();
    void hook.ended.then(() => {
      hook = undefined;
      container.terminate();
    });
  };
  return {
    close,
    begin: (graceMs) => {
      if (killAt === Number.POSITIVE_INFINITY) start();
      const at = Date.now() + graceMs;
      if (at >= killAt) return;
      killAt = at;
      clearTimeout(timer);
      timer = setTimeout(graceIsOver, graceMs);
    },
  };
}
