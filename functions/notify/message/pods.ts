import { POD_RESULTS } from '../../announce/fields.ts';
import { secondsBetween } from '../../clock.ts';
import { isLossy } from '../level.ts';
import type { Handled, Progress } from '../story.ts';
import { code, say } from './mrkdwn.ts';
import { nameOfResult, nameOfSave, SYMBOL } from './words.ts';

type Pod = Handled['pods'][number];

/** `1 deleted past a budget · 3 evicted · 6 left in place` */
export function countResults({ pods, podsOmitted = 0 }: Pick<Handled, 'pods' | 'podsOmitted'>): string {
  const counts = POD_RESULTS.flatMap((result) => {
    const n = pods.filter((pod) => pod.result === result).length;
    return n > 0 ? [`${n} ${nameOfResult(result)}`] : [];
  });
  return [...counts, ...(podsOmitted > 0 ? [`${podsOmitted} more not listed`] : [])].join(' · ');
}

/** The same without what every node runs. */
export function countMoved({ pods }: Pick<Handled, 'pods'>): string {
  return countResults({ pods: pods.filter(({ result }) => result !== 'skipped') });
}

/** `inference/llm ×3 · inference/gateway · +2 more`, largest first. */
export function topWorkloads(workloads: Progress['workloads'], most: number): string {
  const named = workloads.slice(0, most).map(({ namespace, name, pods }) => {
    const times = pods > 1 ? ` ×${pods}` : '';
    return `${say(`${namespace}/${withoutKind(name)}`, 80)}${times}`;
  });
  const more = workloads.length - named.length;
  return [...named, ...(more > 0 ? [`+${more} more`] : [])].join(' · ');
}

/** The workloads that the pods of an ended drain belong to; what every node runs is left out. */
export function workloadsOf(pods: readonly Pod[]): Progress['workloads'] {
  const moved = pods.filter(({ result }) => result !== 'skipped');
  const groups = Map.groupBy(moved, ({ namespace, name, workload }) => `${namespace}/${workload ?? name}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first
        ? [{ namespace: first.namespace, name: first.workload ?? first.name, pods: group.length }]
        : [];
    })
    .toSorted((one, other) => other.pods - one.pods || (one.name < other.name ? -1 : 1));
}

/** Each pod that a budget holds back, and which. */
export function blockedLines(
  pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly budgets?: readonly string[] | undefined;
    readonly reason?: string | undefined;
  }[],
): string[] {
  return pods.map(({ namespace, name, budgets = [], reason }) => {
    const by = budgets.length > 0 ? `budget ${budgets.map(code).join(', ')}` : say(reason ?? 'unknown', 200);
    return `${SYMBOL.warning} ${code(`${namespace}/${name}`)} held back by ${by}`;
  });
}

export function blockedPods({ pods }: Pick<Handled, 'pods'>): readonly Pod[] {
  return pods.filter(({ result }) => result === 'blocked');
}

/** What people may miss afterwards. */
export function lossLines({ pods }: Pick<Handled, 'pods'>): string[] {
  return pods.filter(isLossy).map(({ namespace, name, warning, reason, result, checkpoint }) => {
    const work = checkpoint && checkpoint.result !== 'saved' ? tellCheckpoint(checkpoint) : undefined;
    const why = work ?? warning ?? (result === 'deleted' ? reason : undefined) ?? nameOfResult(result);
    return `${code(`${namespace}/${name}`)} ${say(why, 200)}`;
  });
}

/** One line a pod, for the thread; what was left in place shares one. */
export function podLines(pods: readonly Pod[]): string[] {
  const left = pods.filter(({ result }) => result === 'skipped');
  const names = left.slice(0, 20).map(({ namespace, name }) => code(`${namespace}/${name}`));
  const more = left.length > names.length ? [`+${left.length - names.length} more`] : [];
  return [
    ...pods.filter(({ result }) => result !== 'skipped').map(podLine),
    ...(left.length > 0
      ? [`${SYMBOL.nothing} ${left.length} left in place: ${[...names, ...more].join(', ')}`]
      : []),
  ];
}

function podLine(pod: Pod): string {
  const { namespace, name, result, reason, warning, checkpoint, acceptedAt, goneAt } = pod;
  const took =
    acceptedAt && goneAt ? ` in ${Math.max(0, Math.round(secondsBetween(acceptedAt, goneAt)))} s` : '';
  const isOrdinary = result === 'evicted' || result === 'still-terminating';
  const saved = checkpoint && tellCheckpoint(checkpoint);
  const why = [isOrdinary ? undefined : reason, warning, saved]
    .filter((each) => each !== undefined)
    .join('; ');
  return `${symbolOf(pod)} ${code(`${namespace}/${name}`)} ${nameOfResult(result)}${took}${why ? `: ${say(why, 240)}` : ''}`;
}

function tellCheckpoint({ result, gang, lost, step }: NonNullable<Pod['checkpoint']>): string {
  if (result === 'saved') return `${gang} saved${step === undefined ? '' : ` step ${step}`}`;
  return `${gang} ${nameOfSave(result)}; lost: ${lost}`;
}

function symbolOf(pod: Pod): string {
  if (pod.result === 'blocked' || pod.result === 'failed') return SYMBOL.critical;
  if (pod.result === 'still-terminating' || isLossy(pod)) return SYMBOL.warning;
  return SYMBOL.done;
}

/** `Deployment/llm` → `llm`: which kind it is matters less than a short line. */
export function withoutKind(workload: string): string {
  return workload.slice(workload.indexOf('/') + 1);
}
