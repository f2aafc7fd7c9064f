import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../../functions/clock.ts';
import type { Moment } from '../../functions/respond/report.ts';
import type { WorldAddress } from './embedded-deps.ts';

/** What the doomed process is told. */
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

/** A responder in a process of its own, started but idle. */
export interface DoomedRun {
  /** Responds to the event and is killed in mid-drain, lease held, nothing released. */
  runAndDie(plan: CrashPlan, observe: (instanceId: string, moment: Moment) => void): Promise<void>;
}

/** Starts the process ahead of the event: its start-up is not part of the scenario's time. */
export async function startDoomedRun(): Promise<DoomedRun> {
  const child = fork(new URL('./crash-worker.ts', import.meta.url), { serialization: 'advanced' });
  await once(child, 'message');
  return { runAndDie: (plan, observe) => runAndDie(child, plan, observe) };
}

function runAndDie(
  child: ChildProcess,
  { address, event, clock, speed, afterEvictions }: CrashPlan,
  observe: (instanceId: string, moment: Moment) => void,
): Promise<void> {
  const order: CrashOrder = { address, event, speed, worldTime: clock.now().getTime(), wallTime: Date.now() };
  let accepted = 0;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
    child.on('message', ({ instanceId, moment }: { instanceId: string; moment: Moment }) => {
      if (child.killed) return;
      observe(instanceId, moment);
      accepted += moment.type === 'accepted' ? 1 : 0;
      if (accepted < afterEvictions) return;
      child.kill('SIGKILL');
      observe(instanceId, {
        type: 'killed',
        at: clock.now(),
        text: `the first run, after ${accepted} evictions`,
      });
    });
    child.send(order);
  });
}
