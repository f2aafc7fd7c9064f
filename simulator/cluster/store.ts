import type { Metadata, StoredObject } from './objects.ts';

/** One write. `before` and `after` are snapshots: stored objects are replaced, never changed in place. */
export interface Change<T> {
  readonly revision: number;
  readonly before?: T;
  readonly after?: T;
}

export interface Revisions {
  current(): number;
  next(): number;
}

/** One counter for the whole cluster, as etcd has. */
export function createRevisions(first = 1000): Revisions {
  let value = first;
  return { current: () => value, next: () => ++value };
}

/** Objects of one kind, with the history that watches resume from. */
export interface Collection<T extends StoredObject> {
  get(key: string): T | undefined;
  /** In key order, as the API server lists. */
  list(): readonly T[];
  /** Stores under a fresh resourceVersion and returns what was stored. */
  put(object: T): T;
  /** The returned object carries the resourceVersion of its deletion. */
  remove(key: string): T | undefined;
  /** Called in revision order, even for writes made by a listener. Returns the way to stop. */
  subscribe(listener: (change: Change<T>) => void): () => void;
  /** Changes after `revision`, or undefined when some of them were compacted away. */
  since(revision: number): readonly Change<T>[] | undefined;
  /** Forgets all history up to now: older resourceVersions answer 410. */
  compact(): void;
  /** The oldest revision a watch can resume from. */
  oldest(): number;
}

export function keyOf(metadata: Pick<Metadata, 'name' | 'namespace'>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

export function createCollection<T extends StoredObject>(revisions: Revisions): Collection<T> {
  const objects = new Map<string, T>();
  const { record, ...history } = createHistory<T>(revisions);
  return {
    ...history,
    get: (key) => objects.get(key),
    list: () => [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object),
    put(object) {
      const key = keyOf(object.metadata);
      const before = objects.get(key);
      const revision = revisions.next();
      const after = atRevision(object, revision);
      objects.set(key, after);
      record({ revision, after, ...(before === undefined ? {} : { before }) });
      return after;
    },
    remove(key) {
      const before = objects.get(key);
      if (before === undefined) return undefined;
      const revision = revisions.next();
      objects.delete(key);
      const last = atRevision(before, revision);
      record({ revision, before: last });
      return last;
    },
  };
}

function createHistory<T>(revisions: Revisions) {
  const announcer = createAnnouncer<T>();
  let changes: Change<T>[] = [];
  let compactedAt = revisions.current();
  return {
    record(change: Change<T>): void {
      changes.push(change);
      announcer.publish(change);
    },
    subscribe: announcer.subscribe,
    since: (revision: number) =>
      revision < compactedAt ? undefined : changes.filter((change) => change.revision > revision),
    compact(): void {
      compactedAt = revisions.current();
      changes = [];
    },
    oldest: () => compactedAt,
  };
}

function atRevision<T extends StoredObject>(object: T, revision: number): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** A listener's own write is announced after the current one, so nobody sees revisions out of order. */
function createAnnouncer<T>() {
  const listeners = new Set<(change: Change<T>) => void>();
  const waiting: Change<T>[] = [];
  let announcing = false;
  return {
    subscribe(listener: (change: Change<T>) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(change: Change<T>): void {
      waiting.push(change);
      if (announcing) return;
      announcing = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        for (const listener of [...listeners]) listener(next);
      }
      announcing = false;
    },
  };
}
