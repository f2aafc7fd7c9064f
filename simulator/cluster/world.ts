import { createHash } from 'node:crypto';
import type { Clock } from '../../functions/clock.ts';
import type { BudgetObject, Metadata, NodeObject, PodObject, StoredObject } from './objects.ts';
import { formatTime } from './objects.ts';
import { type Collection, createCollection, createRevisions, type Revisions } from './store.ts';

/** One accepted eviction, so that a test can show that none was sent twice for a pod. */
export interface AcceptedEviction {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly at: Date;
}

/** Everything the cluster holds; routes and controllers share it. */
export interface World {
  readonly clock: Clock;
  readonly revisions: Revisions;
  readonly nodes: Collection<NodeObject>;
  readonly pods: Collection<PodObject>;
  readonly budgets: Collection<BudgetObject>;
  readonly events: Collection<StoredObject>;
  readonly evictions: AcceptedEviction[];
  /** Wanted pods of a controller, by its UID: what budgets count against. */
  readonly replicas: Map<string, number>;
  /** Nothing can be created in them any more. */
  readonly terminatingNamespaces: Set<string>;
  /** Aborts when the cluster closes: every timer and watch ends with it. */
  readonly closed: AbortSignal;
  newUid(): string;
  /** The random-looking end of a generated pod name. */
  newSuffix(length: number): string;
  /** Runs `then` after `ms` of the clock's time, unless the cluster or `signal` ends first. */
  after(ms: number, then: () => void, signal?: AbortSignal): void;
}

export function createWorld(clock: Clock, closed: AbortSignal): World {
  const revisions = createRevisions();
  let made = 0;
  // Derived, not random: the same replay gives the same names and UIDs.
  const nextHash = () => createHash('sha256').update(`object ${++made}`).digest('hex');
  return {
    clock,
    revisions,
    nodes: createCollection(revisions),
    pods: createCollection(revisions),
    budgets: createCollection(revisions),
    events: createCollection(revisions),
    evictions: [],
    replicas: new Map(),
    terminatingNamespaces: new Set(),
    closed,
    newUid: () => nextHash().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5'),
    newSuffix: (length) => toSuffix(nextHash().slice(0, length)),
    after(ms, then, signal) {
      const until = signal === undefined ? closed : AbortSignal.any([closed, signal]);
      clock.sleep(ms, until).then(
        () => {
          if (!until.aborted) then();
        },
        () => undefined,
      );
    },
  };
}

/** Kubernetes' alphabet for generated names: no vowels, no look-alikes. */
function toSuffix(hex: string): string {
  return hex.replaceAll(/./g, (digit) => '24567bcdfghjklmn'[Number.parseInt(digit, 16)] ?? 'x');
}

export function newMetadata(
  world: World,
  identity: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  },
): Metadata {
  return {
    name: identity.name,
    ...(identity.namespace === undefined ? {} : { namespace: identity.namespace }),
    uid: world.newUid(),
    resourceVersion: '0',
    creationTimestamp: formatTime(world.clock.now()),
    labels: { ...identity.labels },
    annotations: { ...identity.annotations },
  };
}
