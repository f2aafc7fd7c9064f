import type { DrainRun } from './drain-run.ts';
import { drainOnceSaved } from './hold.ts';
import { drainPod } from './pod-drain.ts';
import type { PodRecord } from './pod-record.ts';

/**
 * Starts the drain of pods, now or found later. Training that saves first waits for its gang and holds up nobody.
 * System-critical pods wait until every other has been accepted, or until their own last safe moment. `watchOver`
 * gets the work of each pod.
 */
export function openWaves(
  run: DrainRun,
  watchOver: (work: Promise<void>) => void,
): (records: readonly PodRecord[]) => void {
  const firstWave: Promise<void>[] = [];
  return (records) => {
    for (const record of inWave(records, 0)) {
      const work = drainPod(run, record);
      firstWave.push(work);
      watchOver(work);
    }
    for (const record of records.filter(({ decision }) => decision.action === 'save-first'))
      watchOver(drainOnceSaved(run, record));
    for (const record of inWave(records, 1)) watchOver(drainAfter(run, record, [...firstWave]));
  };
}

function inWave(records: readonly PodRecord[], wave: 0 | 1): PodRecord[] {
  return records.filter(({ decision }) => decision.action === 'evict' && decision.wave === wave);
}

async function drainAfter(
  run: DrainRun,
  record: PodRecord,
  earlier: readonly Promise<void>[],
): Promise<void> {
  const overrideAt = run.times.overrideAt(record.decision.pod.gracePeriodSeconds);
  const accepted = Promise.all(earlier);
  await (overrideAt ? Promise.race([accepted, sleepUntil(run, overrideAt)]) : accepted);
  await drainPod(run, record);
}

async function sleepUntil({ clock, signal }: DrainRun, moment: Date): Promise<void> {
  await clock.sleep(moment.getTime() - clock.now().getTime(), signal);
}
