import { fork } from 'node:child_process';
import type { Clock } from '../../functions/clock.ts';
import type { Moment } from '../../functions/respond/report.ts';
import type { WorldAddress } from './embedded-deps.ts';

/** What the doomed process is told when it starts. */
export interface CrashOrder {
  readonly address: WorldAddress;
  readonly event: unknown;
  readonly speed: number;
  /** The world's time and the wall's, at the same moment, in epoch milliseconds. */
  readonly worldTime: number;
  readonly wallTime: number;
}

interface CrashPlan {
  readonly address: WorldAddress;
  readonly event: unknown;
  readonly clock: Clock;
  readonly speed: number;
  /** SIGKILL comes when this many evictions have been accepted. */
  readonly afterEvictions: number;
}

/** Runs the responder in a process of its own and kills it in mid-drain, lease held, nothing released. */
export function runAndKill(
  { address, event, clock, speed, afterEvictions }: CrashPlan,
  observe: (instanceId: string, moment: Moment) => void,
): Promise<void> {
  const child = fork(new URL('./crash-worker.ts', import.meta.url), { serialization: 'advanced' });
  const order: CrashOrder = { address, event, speed, worldTime: clock.now().getTime(), wallTime: Date.now() };
  let accepted = 0;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
    child.on('message', ({ instanceId, moment }: { instanceId: string; moment: Moment }) => {
      if (child.killed) return;
      observe(instanceId, moment);
      if (moment.type !== 'accepted') return;
      accepted += 1;
      if (accepted >= afterEvictions) {
        child.kill('SIGKILL');
        observe(instanceId, {
          type: 'received',
          at: clock.now(),
          text: `first run killed after ${accepted} evictions`,
        });
      }
    });
    child.send(order);
  });
}
