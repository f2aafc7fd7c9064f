import { exitCodes } from '../exit-codes.ts';
import { replayEmbedded } from './embedded.ts';
import { loadEvents } from './load-events.ts';
import { replayOnCluster } from './on-cluster.ts';
import type { ReplayOptions } from './options.ts';
import { refuseContradictions } from './refuse.ts';
import { SHORTAGE, scenarios } from './scenarios.ts';
import { replayShortage } from './shortage/replay.ts';
import { showResult } from './show.ts';
import { layOut } from './table.ts';

/** Replays what the flags say and returns the exit code. Nothing is started before the input has been read. */
export async function runReplay(files: readonly string[], options: ReplayOptions): Promise<number> {
  refuseContradictions(files, options);
  if (options.list) {
    console.log(layOut(scenarios.map(({ name, about }) => [name, about])));
    return 0;
  }
  const stopped = new AbortController();
  const stop = () => stopped.abort(new Error('stopped'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const loaded = await loadEvents(files);
    if (options.scenario === SHORTAGE)
      return showResult(await replayShortage(options, stopped.signal), options);
    const replay =
      options.kubeconfig !== undefined || options.context !== undefined ? replayOnCluster : replayEmbedded;
    return showResult(await replay(loaded, options, stopped.signal), options);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    console.error('stopped before every event was delivered');
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
