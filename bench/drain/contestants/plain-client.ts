import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Arena, Contestant } from '../contestant.ts';
import { openCostMeter } from '../cost.ts';
import { kubeconfigVia } from '../kubeconfig.ts';

const USER = 'plain-client';

/** What one writes in an afternoon: everything in parallel, everything again until it works. */
export const plainClient: Contestant = {
  name: 'plain parallel client',
  isUser: (user) => user === USER,
  prepare: async (arena: Arena) => {
    const kubeconfig = await kubeconfigVia(arena, USER);
    const worker = fork(new URL('plain-client-process.ts', import.meta.url), [kubeconfig], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(worker, 'message');
    const meter = openCostMeter();
    meter.add(worker.pid ?? 0);
    return {
      drain: async (until) => {
        meter.reset();
        worker.send({ nodes: arena.doomed.map(({ name }) => name), until: until.getTime() });
        await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
      },
      cost: () => meter.read(),
      close: async () => {
        meter.stop();
        worker.kill();
      },
    };
  },
};
