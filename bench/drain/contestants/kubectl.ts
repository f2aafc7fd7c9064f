import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arena, Contestant } from '../contestant.ts';
import { openCostMeter } from '../cost.ts';
import { kubeconfigVia } from '../kubeconfig.ts';

const USER = 'kubectl-drain';

/** One `kubectl drain` a node, all started at once, as a script would. */
export const kubectl: Contestant = {
  name: 'kubectl drain',
  isUser: (user) => user === USER,
  prepare: async (arena: Arena) => {
    const kubeconfig = await kubeconfigVia(arena, USER);
    const meter = openCostMeter();
    return {
      drain: async (until) => {
        const seconds = Math.ceil((until.getTime() - Date.now()) / 1000);
        const runs = arena.doomed.map(({ name }) => {
          const flags = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`];
          const run = spawn(
            join(arena.plane.binaries, 'kubectl'),
            ['--kubeconfig', kubeconfig, 'drain', name, ...flags],
            { stdio: 'ignore' },
          );
          meter.add(run.pid ?? 0);
          return once(run, 'exit');
        });
        await Promise.all(runs);
      },
      cost: () => meter.read(),
      close: async () => meter.stop(),
    };
  },
};
