import { type Clock, secondsBetween } from '../../functions/clock.ts';
import { messageOf } from '../../functions/errors.ts';
import type { Sighting } from '../../functions/incidents/overview.ts';
import type { Experiment, Experiments } from './fis.ts';
import type { DrillTarget } from './target.ts';

export interface DrillDeps {
  readonly experiments: Experiments;
  readonly clock: Clock;
  /** What the responder made of the instance since then. */
  readonly findIncident: (instanceId: string, since: Date) => Promise<Sighting | undefined>;
  readonly tell: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** How a drill ended. */
export type DrillEnd =
  /** The responder closed the incident, or a capacity drill ran its time. */
  | { readonly type: 'seen'; readonly experiment: string; readonly incident?: Sighting }
  /** AWS FIS did its part, and the responder was not seen to close an incident. */
  | { readonly type: 'unanswered'; readonly experiment: string }
  | { readonly type: 'failed'; readonly experiment: string; readonly reason: string }
  | { readonly type: 'stopped'; readonly experiment: string };

const LOOK_EVERY_MS = 5_000;
/** Looks in a row that may fail: a minute without an answer is no hiccup any more. */
const MOST_FAILED_LOOKS = 12;
/** Tags reach AWS FIS by an index that is a little behind. */
const TAG_SETTLES_MS = 10_000;
/** A capacity drill lasts 15 minutes, an interruption two; and then the responder has to close its row. */
const PATIENCE_SECONDS = 20 * 60;
const CLOSED_WITHIN_SECONDS = 5 * 60;

/**
 * Marks the target, starts the experiment and follows both to their end. Whatever happens, the mark is taken away, and an
 * experiment that nobody follows any more is stopped; where AWS refuses one of the two, the command that does it is told.
 *
 * @throws AwsCallError of what went wrong first.
 */
export async function drill(target: DrillTarget, templateId: string, deps: DrillDeps): Promise<DrillEnd> {
  const { clock, experiments, signal, tell } = deps;
  const since = clock.now();
  let experiment: Experiment | undefined;
  try {
    await target.mark();
    tell(`Marked ${target.id}; AWS FIS sees it in some seconds.`);
    await clock.sleep(TAG_SETTLES_MS, signal);
    experiment = await experiments.start(templateId);
    tell(`Experiment ${experiment.id} started. Ctrl-C stops it.`);
    return await follow(target, experiment, since, deps);
  } catch (error) {
    if (experiment) await stop(experiment, deps);
    if (!signal.aborted) throw error;
    return { type: 'stopped', experiment: experiment?.id ?? 'none' };
  } finally {
    await target
      .unmark()
      .catch((error) => tell(`${messageOf(error)} To take the mark away: ${target.unmarkBy}`));
  }
}

async function stop({ id }: Experiment, { experiments, tell }: DrillDeps): Promise<void> {
  await experiments
    .stop(id)
    .catch((error) => tell(`${messageOf(error)} To stop it: ${experiments.stopBy(id)}`));
}

async function follow(
  target: DrillTarget,
  started: Experiment,
  since: Date,
  deps: DrillDeps,
): Promise<DrillEnd> {
  const { clock, signal, tell } = deps;
  let [status, standing] = ['', ''];
  let overAt: Date | undefined;
  let failedLooks = 0;
  const { id: experiment } = started;
  const from = clock.now();
  while (secondsBetween(from, clock.now()) < PATIENCE_SECONDS) {
    const seen = await look(target, experiment, since, deps).catch((error) => {
      failedLooks += 1;
      if (signal.aborted || failedLooks > MOST_FAILED_LOOKS) throw error;
      if (failedLooks === 1) tell(`${messageOf(error)} Looking again.`);
    });
    if (!seen) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      continue;
    }
    failedLooks = 0;
    const { incident, now } = seen;
    if (now.status !== status) tell(`AWS FIS: ${now.status}${now.reason ? ` (${now.reason})` : ''}`);
    status = now.status;
    if (status === 'failed' || status === 'cancelled')
      return { type: 'failed', experiment, reason: now.reason ?? 'no reason given' };
    if (status === 'stopped') return { type: 'stopped', experiment };
    if (status === 'completed') overAt ??= clock.now();
    if (incident && incident.standing.type !== standing) tell(`Responder: ${incident.standing.type}`);
    standing = incident?.standing.type ?? standing;
    if (incident?.standing.type === 'closed') return { type: 'seen', experiment, incident };
    if (overAt && target.kind === 'capacity') return { type: 'seen', experiment };
    if (overAt && secondsBetween(overAt, clock.now()) > CLOSED_WITHIN_SECONDS) break;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return { type: 'unanswered', experiment };
}

/** What AWS FIS says of the experiment, and the responder's table of the instance. */
async function look(
  { id, kind }: DrillTarget,
  experiment: string,
  since: Date,
  { experiments, findIncident }: DrillDeps,
) {
  const now = await experiments.look(experiment);
  return { now, incident: kind === 'interruption' ? await findIncident(id, since) : undefined };
}
