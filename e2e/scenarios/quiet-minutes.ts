import { same } from '../world/claims.ts';
import { inference } from './inference.ts';
import { countCordoned, deadLetters } from './looks.ts';
import type { Scenario } from './scenario.ts';

/** With the first one, which begins with nothing: environments last for hours, so that is rather too dear. */
const PASSES = 60;

export const quietMinutes: Scenario = {
  name: 'quiet-minutes',
  about: `nothing happens: what ${PASSES} passes of index and fallback ask for, without a pool`,
  isQuick: false,
  play: async (scene) => {
    const { account, claim, cluster, fill, fn, namespace, tick } = scene;
    const nodes = await fill(3, () => inference(namespace));
    const [begun, before] = [new Date(), account.calls.length];
    for (let pass = 2; pass <= PASSES; pass += 1) await tick('rate(1 minute)');
    const calls = account.calls.slice(before);
    const failures = [...fn('index-nodes').failures, ...fn('fallback').failures];
    await claim('no pass fails', () => failures.length === 0 || (failures[0] ?? ''), 0);
    await claim('nothing is announced', () => same(calls.filter(isOf('PutEvents')).length, 0), 0);
    await claim(
      'no row of the index is written',
      () => same(calls.filter(isOf('BatchWriteItem')).length, 0),
      0,
    );
    await claim('no node is cordoned', async () => same(await countCordoned(scene, nodes), 0));
    const requests = await cluster.requestsSince(begun);
    await claim('the cluster is only read', () =>
      same(requests.filter(({ verb }) => verb !== 'get' && verb !== 'list').length, 0),
    );
    await claim('no letter is dead', async () => same(await deadLetters(scene), 0));
    return {
      'AWS calls a pass': round(calls.length / (PASSES - 1)),
      'API server requests a pass': round(requests.length / (PASSES - 1)),
      'index ms': median(fn('index-nodes').durations),
      'fallback ms': median(fn('fallback').durations),
    };
  },
};

function isOf(operation: string) {
  return (call: { readonly operation: string }) => call.operation === operation;
}

function median(durations: readonly number[]): number {
  return Math.round(durations.toSorted((one, other) => one - other)[durations.length >> 1] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
