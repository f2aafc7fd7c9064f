import { ConfigurationError } from '../../functions/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { replayEmbedded } from './embedded.ts';
import { loadEvents } from './load-events.ts';
import { replayOnCluster } from './on-cluster.ts';
import type { ReplayOptions } from './options.ts';
import { scenarios } from './scenarios.ts';
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

function refuseContradictions(files: readonly string[], options: ReplayOptions): void {
  const real = options.kubeconfig !== undefined || options.context !== undefined;
  const refuse = (problem: string) => {
    throw new ConfigurationError(problem);
  };
  if (options.scenario && files.length > 0)
    refuse('--scenario brings its own events; give either a scenario or event files.');
  if (options.scenario && real)
    refuse('--scenario runs on the embedded cluster only; leave out --kubeconfig and --context.');
  if (real && files.length === 0)
    refuse(
      'a replay on a real cluster needs an event file, for example events/spot-interruption-terminate.json.',
    );
  if (real && options.speed) refuse('--speed is for the embedded cluster; a real one has its own time.');
  if (options.execute && !real)
    refuse('--execute is for a real cluster; the embedded one is always acted on. Add --kubeconfig.');
  const slack = options.slack || options.slackToken;
  if (slack && real) refuse('--slack is for the embedded cluster; on a real one nothing is announced.');
  if (options.slack && options.slackToken)
    refuse('--slack shows an emulator, --slack-token tells a real workspace; give one of them.');
  if (options.slackChannel && !options.slackToken)
    refuse('--slack-channel is for a real workspace; add --slack-token.');
  if (options.node && !real) refuse('--node is for a real cluster; aim at the embedded one with --instance.');
  if (options.node && options.instance) refuse('--node and --instance both aim the event; give one of them.');
}
