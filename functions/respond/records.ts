import type { ObjectEvent } from '../cluster/objects.ts';
import type { DrainProgress } from '../drain/progress.ts';
import type { Chapter } from './chapter.ts';
import { handledDetail } from './details.ts';
import {
  cordonedEvent,
  type EventContext,
  handledEvent,
  type NodeRef,
  podEvent,
  receivedEvent,
  uncordonedEvent,
} from './kubernetes-events.ts';
import type { InterruptionReport, Moment } from './report.ts';

/** Tells the cluster's own users what happens to a node and its pods: `kubectl describe` shows it. */
export interface Records {
  observe(moment: Moment): void;
  /** Resolves when all is written or given up, in a few seconds at most. */
  handled(report: InterruptionReport): Promise<void>;
}

const PATIENCE_MS = 10_000;

/**
 * Nothing is sent before the server has answered an eviction of each pod that can leave at once: until then each
 * request of ours would stand in the drain's way. A dry run writes nothing.
 */
export function openRecords(chapter: Chapter): Records {
  const { deps, incident, interruption, offered, options } = chapter;
  if (!incident) return { observe: () => undefined, handled: async () => undefined };
  const { incidentId } = incident;
  const kept: ObjectEvent[] = [];
  const sent: Promise<void>[] = [];
  const overridden = new Set<string>();
  let known: Known | undefined = offered && {
    clusterName: offered.clusterName,
    context: { incidentId, interruption, node: { name: offered.nodeName, uid: offered.nodeUid } },
  };
  const unanswered = new Set<string>();
  let isPlanned = false;

  return {
    observe: (moment) => {
      kept.push(...eventsOf(moment));
      follow(moment);
      if (isPlanned && unanswered.size === 0) sendKept();
    },
    handled: async (report) => {
      if (known && handledDetail(report)) kept.push(handledEvent(known.context, report));
      sendKept();
      const enough = new AbortController();
      const until = AbortSignal.any([enough.signal, options.signal]);
      const patience = deps.clock.sleep(PATIENCE_MS, until).catch(() => undefined);
      await Promise.race([Promise.all(sent), patience]);
      enough.abort();
    },
  };

  function eventsOf(moment: Moment): readonly ObjectEvent[] {
    switch (moment.type) {
      case 'cordoned': {
        const { at, cluster, node } = moment;
        const { context } = enter(cluster, node);
        // An earlier run has told it.
        return chapter.earlier.account !== undefined
          ? []
          : [receivedEvent(context, at), cordonedEvent(context, at)];
      }
      case 'uncordoned':
        return [uncordonedEvent(enter(moment.cluster, moment.node).context, moment.at)];
      case 'accepted':
      case 'blocked':
      case 'refused':
      case 'override':
        return eventsOfPod(moment);
      default:
        return [];
    }
  }

  function follow(moment: Moment): void {
    if (moment.type === 'planned') {
      isPlanned = true;
      for (const decision of moment.plan.decisions)
        if (decision.action === 'evict' && decision.wave === 0) unanswered.add(decision.pod.uid);
    } else if (isAnswer(moment) && moment.pod) unanswered.delete(moment.pod.uid);
  }

  function enter(clusterName: string, { name, uid }: NodeRef): Known {
    known = { clusterName, context: { incidentId, interruption, node: { name, uid } } };
    return known;
  }

  function eventsOfPod(moment: DrainProgress): readonly ObjectEvent[] {
    const uid = moment.pod?.uid;
    if (!uid || !known) return [];
    if (moment.type === 'override') overridden.add(uid);
    // That it was deleted past its budget is told already.
    if (moment.type === 'accepted' && overridden.has(uid)) return [];
    const event = podEvent(known.context, moment);
    return event ? [event] : [];
  }

  function sendKept(): void {
    for (const event of kept.splice(0)) if (known) sent.push(deps.recorder.record(known.clusterName, event));
  }
}

/** Where the node was found; before that there is no object to write about. */
interface Known {
  readonly clusterName: string;
  readonly context: EventContext;
}

const ANSWERS: readonly Moment['type'][] = ['accepted', 'blocked', 'refused', 'retrying', 'gone'];

/** The server has answered the eviction of a pod. */
function isAnswer(moment: Moment): moment is DrainProgress {
  return ANSWERS.includes(moment.type);
}
