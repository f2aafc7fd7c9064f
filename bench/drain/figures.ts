import { type AuditedRequest, countRequests } from '../../controlplane/audit.ts';
import type { SeenPod } from './pod-log.ts';

/** What one contestant did to one fleet, from the API server's own log and an onlooker's watch. Seconds from `start`. */
export interface Figures {
  /** All but Kubernetes Events, which no drain waits for. */
  readonly requestsPerNode: number;
  readonly eventsPerNode: number;
  /** The same by verb and resource, in all. */
  readonly requests: Readonly<Record<string, number>>;
  /** Over the doomed nodes. */
  readonly cordoned: Spread;
  readonly firstSent: Spread;
  readonly firstAccepted: Spread;
  readonly lastAccepted: Spread;
  readonly empty: Spread;
  /** Nodes on which a pod was never told to stop. */
  readonly givenUp: number;
  /** Pods that were never told to stop. */
  readonly podsLeft: number;
  /** Pods that were moved onto a node that was about to go, and had to move again. */
  readonly movedTwice: number;
}

/** `missing` nodes never got there. */
export interface Spread {
  readonly median: number;
  readonly max: number;
  readonly missing: number;
}

export interface Trace {
  readonly start: Date;
  readonly doomed: readonly string[];
  readonly requests: readonly AuditedRequest[];
  readonly pods: readonly SeenPod[];
  /** Pods that were on the doomed nodes at the start. */
  readonly toMove: ReadonlySet<string>;
}

export function figuresOf({ doomed, pods, requests, start, toMove }: Trace): Figures {
  const seconds = (at: Date) => (at.getTime() - start.getTime()) / 1000;
  const names = new Map(pods.map((pod) => [pod.name, pod]));
  const tellings = requests.filter(
    ({ dryRun, resource, verb }) => !dryRun && (resource === 'pods/eviction' || verb === 'delete'),
  );
  const events = requests.filter(({ resource }) => resource === 'events');
  const ofNode = Map.groupBy(tellings, ({ name }) => names.get(name)?.node ?? '');
  const accepted = (node: string) => (ofNode.get(node) ?? []).filter(({ code }) => code < 300);
  const left = (node: string) => pods.filter((pod) => toMove.has(pod.uid) && pod.node === node);
  const moved = new Set(tellings.filter(({ code }) => code < 300).map(({ name }) => name));
  return {
    requestsPerNode: (requests.length - events.length) / doomed.length,
    eventsPerNode: events.length / doomed.length,
    requests: countRequests(requests),
    cordoned: spread(doomed.map((node) => firstOf(cordonsOf(requests, node).map(endOf)))),
    firstSent: spread(doomed.map((node) => firstOf((ofNode.get(node) ?? []).map(beginOf)))),
    firstAccepted: spread(doomed.map((node) => firstOf(accepted(node).map(endOf)))),
    lastAccepted: spread(
      doomed.map((node) =>
        left(node).every(({ name }) => moved.has(name)) ? Math.max(...accepted(node).map(endOf)) : undefined,
      ),
    ),
    empty: spread(
      doomed.map((node) => {
        const gone = left(node).map(({ goneAt }) => goneAt);
        return gone.every((at) => at !== undefined) ? Math.max(...gone.map(seconds)) : undefined;
      }),
    ),
    givenUp: doomed.filter((node) => left(node).some(({ name }) => !moved.has(name))).length,
    podsLeft: doomed.flatMap(left).filter(({ name }) => !moved.has(name)).length,
    movedTwice: [...moved].filter((name) => {
      const pod = names.get(name);
      return pod && !toMove.has(pod.uid) && doomed.includes(pod.node);
    }).length,
  };

  function endOf({ completedAt }: AuditedRequest): number {
    return seconds(completedAt);
  }
  function beginOf({ receivedAt }: AuditedRequest): number {
    return seconds(receivedAt);
  }
}

function cordonsOf(requests: readonly AuditedRequest[], node: string): AuditedRequest[] {
  return requests.filter(
    ({ code, dryRun, name, resource, verb }) =>
      resource === 'nodes' && name === node && /patch|update/.test(verb) && code < 300 && !dryRun,
  );
}

function firstOf(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times);
}

function spread(times: readonly (number | undefined)[]): Spread {
  const known = times.filter((time) => time !== undefined).toSorted((one, other) => one - other);
  const missing = times.length - known.length;
  return {
    // Nodes that never got there count as the latest.
    median: known[Math.floor((times.length - 1) / 2)] ?? Number.POSITIVE_INFINITY,
    max: known.at(-1) ?? Number.POSITIVE_INFINITY,
    missing,
  };
}
