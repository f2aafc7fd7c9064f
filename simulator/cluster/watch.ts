import type { ServerResponse } from 'node:http';
import { type ApiRequest, isTrue } from './api-request.ts';
import { type ListedResource, selectorOf } from './list.ts';
import type { StoredObject } from './objects.ts';
import type { Answer } from './status.ts';
import { badRequest, expired } from './status.ts';
import type { Change } from './store.ts';
import type { World } from './world.ts';

/** The API server picks 30 to 60 minutes when the client names no timeout. */
const DEFAULT_TIMEOUT_SECONDS = 1800;
const BOOKMARK_EVERY_MS = 60_000;

/** A streaming answer; `start` writes until the client, the timeout or the cluster ends it. */
export interface Stream {
  readonly start: (response: ServerResponse) => void;
}

/**
 * WATCH from a resourceVersion. An object that starts or stops matching the selectors is ADDED or DELETED,
 * as on the real server; a version that was compacted away gives one ERROR event with status 410.
 */
export function answerWatch<T extends StoredObject>(
  world: World,
  resource: ListedResource<T>,
  request: ApiRequest,
): Answer | Stream {
  const selected = selectorOf(resource, request);
  if (selected.type === 'unsupported') return badRequest(selected.message);
  const from = request.query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(from)) return badRequest(`resourceVersion: Invalid value: "${from}"`);
  const toEvent = (change: Change<T>) => eventOf(resource, selected.test, change);

  return {
    start(response) {
      const write = (event: unknown) => {
        if (event !== undefined && !response.writableEnded) response.write(`${JSON.stringify(event)}\n`);
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      if (Number(from) === 0) {
        for (const object of resource.collection.list()) write(toEvent({ revision: 0, after: object }));
      } else {
        const missed = resource.collection.since(Number(from));
        if (missed === undefined) {
          write(tooOld(Number(from), resource.collection.oldest()));
          response.end();
          return;
        }
        for (const change of missed) write(toEvent(change));
      }
      const stop = resource.collection.subscribe((change) => write(toEvent(change)));
      keepOpen(world, request, response, stop, () => write(bookmark(world, resource)));
    },
  };
}

/** Sends bookmarks and ends the stream after its time, all by the cluster's clock. */
function keepOpen(
  world: World,
  { query }: ApiRequest,
  response: ServerResponse,
  stop: () => void,
  writeBookmark: () => void,
): void {
  const gone = new AbortController();
  response.on('close', () => {
    stop();
    gone.abort();
  });
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const timeout = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const beat = () => {
    writeBookmark();
    world.after(BOOKMARK_EVERY_MS, beat, gone.signal);
  };
  if (bookmarks) world.after(BOOKMARK_EVERY_MS, beat, gone.signal);
  world.after(
    timeout * 1000,
    () => {
      if (bookmarks) writeBookmark();
      response.end();
    },
    gone.signal,
  );
}

function eventOf<T extends StoredObject>(
  resource: ListedResource<T>,
  selects: (object: T) => boolean,
  { before, after }: Change<T>,
) {
  const matched = before !== undefined && selects(before);
  const matches = after !== undefined && selects(after);
  const render = (object: T) => resource.render?.(object) ?? object;
  if (matches) return { type: matched ? 'MODIFIED' : 'ADDED', object: render(after) };
  if (!matched) return undefined;
  // An object that left the selection is shown as it was, at the revision of leaving.
  const { resourceVersion } = (after ?? before).metadata;
  return {
    type: 'DELETED',
    object: render({ ...before, metadata: { ...before.metadata, resourceVersion } }),
  };
}

function bookmark<T extends StoredObject>(world: World, { listKind, apiVersion }: ListedResource<T>) {
  const kind = listKind.replace(/List$/, '');
  const resourceVersion = String(world.revisions.current());
  return {
    type: 'BOOKMARK',
    object: { kind, apiVersion, metadata: { resourceVersion, creationTimestamp: null } },
  };
}

function tooOld(asked: number, oldest: number) {
  return { type: 'ERROR', object: expired(`too old resource version: ${asked} (${oldest})`).body };
}
