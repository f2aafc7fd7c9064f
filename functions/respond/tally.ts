import type { Detail } from '../announce/schema.ts';
import type { PodRef } from '../cluster/objects.ts';
import { workloadOf } from '../cluster/workload.ts';
import type { DrainPlan } from '../drain/outcome.ts';
import type { Moment } from './report.ts';

type Progress = Detail<'Interruption Progress'>;

/** How far a drain is, counted from its moments. */
export interface Tally {
  /** True when the moment changed something that people would want to know. */
  observe(moment: Moment): boolean;
  /** Grows with each such moment. */
  version(): number;
  node(): Pick<Progress, 'node' | 'gpus'>;
  progress(): Pick<Progress, 'stage' | 'pods' | 'workloads' | 'blockers'>;
}

interface Count {
  node: Pick<Progress, 'node' | 'gpus'>;
  stage: Progress['stage'];
  /** By uid, of the pods to be moved. */
  readonly workloads: Map<string, { readonly namespace: string; readonly name: string }>;
  readonly stopping: Set<string>;
  readonly gone: Set<string>;
  readonly blockers: Map<string, Progress['blockers'][number]>;
}

export function openTally(): Tally {
  const count: Count = {
    node: {},
    stage: 'cordoned',
    workloads: new Map(),
    stopping: new Set(),
    gone: new Set(),
    blockers: new Map(),
  };
  let version = 0;
  return {
    observe: (moment) => {
      const isNews = take(count, moment);
      if (isNews) version += 1;
      return isNews;
    },
    version: () => version,
    node: () => count.node,
    progress: () => ({
      stage: count.stage,
      pods: { total: count.workloads.size, stopping: count.stopping.size, gone: count.gone.size },
      workloads: largestFirst(count),
      blockers: [...count.blockers.values()].slice(0, MOST_BLOCKERS),
    }),
  };
}

/** More would not be read, and an event has a size limit. */
const MOST_BLOCKERS = 50;
const MOST_WORKLOADS = 50;

function take(count: Count, moment: Moment): boolean {
  switch (moment.type) {
    case 'cordoned': {
      const { name, gpus } = moment.node;
      count.node = { node: name, ...(gpus > 0 && { gpus }) };
      return true;
    }
    case 'planned':
      return takePlan(count, moment.plan);
    case 'flagged':
    case 'saving':
      count.stage = 'saving';
      return true;
    case 'saved':
    case 'unsaved':
      count.stage = 'draining';
      return true;
    case 'found':
    case 'accepted':
    case 'blocked':
    case 'gone':
      return moment.pod !== undefined && takePod(count, moment.type, moment.pod, moment);
    default:
      return false;
  }
}

function takePlan(count: Count, { decisions }: DrainPlan): boolean {
  for (const { action, pod } of decisions) {
    if (action === 'skip') continue;
    const { namespace, name } = pod;
    count.workloads.set(pod.uid, { namespace, name: workloadOf(pod) ?? `Pod/${name}` });
    if (action === 'await') count.stopping.add(pod.uid);
  }
  if (count.workloads.size > 0) count.stage = 'draining';
  return true;
}

function takePod(
  count: Count,
  type: 'found' | 'accepted' | 'blocked' | 'gone',
  { namespace, name, uid }: PodRef,
  { budgets, detail }: { readonly budgets?: readonly string[]; readonly detail?: string },
): boolean {
  switch (type) {
    case 'found':
      count.workloads.set(uid, { namespace, name: `Pod/${name}` });
      return true;
    case 'blocked': {
      const reason = detail ?? 'not allowed to be evicted';
      count.blockers.set(uid, { namespace, name, budgets: [...(budgets ?? [])], reason });
      return true;
    }
    case 'accepted':
      count.blockers.delete(uid);
      count.stopping.add(uid);
      return true;
    case 'gone':
      count.blockers.delete(uid);
      count.gone.add(uid);
      return true;
  }
}

function largestFirst({ workloads }: Count): Progress['workloads'] {
  const groups = Map.groupBy(workloads.values(), ({ namespace, name }) => `${namespace}/${name}`);
  return [...groups.values()]
    .flatMap(([first, ...more]) => (first ? [{ ...first, pods: more.length + 1 }] : []))
    .toSorted((one, other) => other.pods - one.pods || compare(one.name, other.name))
    .slice(0, MOST_WORKLOADS);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
