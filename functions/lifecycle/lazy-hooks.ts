import type { AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import type { Hooks } from './hooks.ts';

/** `lifecycleHooks` whose client is loaded with the first hook: most cold starts are for none. */
export function lazyHooks(settings: AutoScalingClientConfig): Hooks {
  let hooks: Promise<Hooks> | undefined;
  const load = () => {
    hooks ??= import('./hooks.ts').then(({ openHooks }) => openHooks(settings));
    return hooks;
  };
  return {
    describe: async (hook) => (await load()).describe(hook),
    complete: async (hook, instanceId, result) => (await load()).complete(hook, instanceId, result),
    heartbeat: async (hook, instanceId) => (await load()).heartbeat(hook, instanceId),
  };
}
