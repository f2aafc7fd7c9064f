import type { Sighting } from '../incidents/overview.ts';

/** What interruptions did to training, counted by gang and incident. */
export interface Training {
  /** Gangs that saved when they were asked. */
  readonly saves: number;
  /** Gangs that had to go without. */
  readonly missedSaves: number;
  /** GPU hours that the pods of saved gangs had run since they started. */
  readonly keptGpuHours: number;
  /** The same of the others: at most lost, since their own periodic checkpoints are not seen from here. */
  readonly lostGpuHours: number;
}

const HOUR_MS = 3_600_000;

/** Pods that train on, were never asked for good reason, or of which nobody knows, are left out. */
export function trainingOf(incidents: readonly Sighting[]): Training {
  const saved = new Set<string>();
  const missed = new Set<string>();
  let keptGpuHours = 0;
  let lostGpuHours = 0;
  for (const { incidentId, noticedAt, severity, training = [] } of incidents) {
    if (severity !== 'hard') continue;
    for (const { gang, gpus = 0, result, since } of training) {
      const fate = fateOf(result);
      if (!fate) continue;
      const hours = since ? (gpus * Math.max(0, noticedAt.getTime() - since.getTime())) / HOUR_MS : 0;
      (fate === 'kept' ? saved : missed).add(`${incidentId} ${gang}`);
      if (fate === 'kept') keptGpuHours += hours;
      else lostGpuHours += hours;
    }
  }
  return { saves: saved.size, missedSaves: missed.size, keptGpuHours, lostGpuHours };
}

function fateOf(result: string): 'kept' | 'lost' | undefined {
  switch (result) {
    case 'saved':
      return 'kept';
    case 'unfinished':
    case 'not-acknowledged':
    case 'failed':
    case 'not-asked':
    case 'not-opted-in':
      return 'lost';
    default:
      return undefined;
  }
}
