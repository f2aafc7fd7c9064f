import type { PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import { same } from '../world/claims.ts';
import { measureCpu } from '../world/cpu.ts';
import {
  conversationHas,
  countCordoned,
  countToMove,
  drainFigures,
  noDeadLetter,
  secondsBetween,
} from './looks.ts';
import { happeningAt } from './sample.ts';
import type { Figures, Scenario, Scene } from './scenario.ts';

const DOOMED = 50;
const SPARES = 10;
const NOTICE_SECONDS = 120;

/** Fifty nodes at once, five pods on each, under budgets that they share. */
export const storm: Scenario = {
  name: 'storm',
  about: `${DOOMED} of ${DOOMED + SPARES} nodes are interrupted at once; a function environment for each`,
  isQuick: false,
  play,
};

export const stormOnTenFunctions: Scenario = {
  name: 'storm-ten-functions',
  about: `the same in an account that runs ten functions at once`,
  isQuick: false,
  stage: { accountConcurrency: 10 },
  play: async (scene) => {
    const figures = await play(scene);
    await scene.claim('ten ran at once, no more', () => same(scene.concurrency.peak(), 10));
    return { ...figures, 'at once': scene.concurrency.peak() };
  },
};

async function play(scene: Scene): Promise<Figures> {
  const { bridge, claim, cluster, fill, fn, namespace } = scene;
  const nodes = await fill(DOOMED + SPARES, () => services(namespace));
  const doomed = nodes.slice(0, DOOMED);
  const begun = new Date();
  for (const { instanceId } of doomed)
    bridge.put('default', await happeningAt(begun, 'spot-interruption-terminate', instanceId));
  const cpu = measureCpu();
  let cordoned = 0;
  await claim(
    'every node is cordoned',
    async () => {
      const count = await countCordoned(scene, doomed);
      if (count === DOOMED && cordoned === 0) cordoned = secondsBetween(begun);
      return same(count, DOOMED);
    },
    NOTICE_SECONDS,
  );
  await claim('every node is emptied', async () => same(await countToMove(scene, doomed), 0), NOTICE_SECONDS);
  const emptied = secondsBetween(begun);
  const { byPart, machineBusy } = cpu();
  await claim('within the notice', () => emptied <= NOTICE_SECONDS || `${emptied} s`, 0);
  await claim(
    'every pod has a replacement',
    async () => same((await cluster.running(namespace)).length, 5 * DOOMED),
    60,
  );
  await claim(
    'people read in one message that all were handled',
    () => conversationHas(scene, new RegExp(`${DOOMED} nodes interrupted in [^"]*: all handled`)),
    // A record that the notifier could not write down comes again after three minutes.
    240,
  );
  await claim('no letter is dead', () => noDeadLetter(scene));
  return {
    ...drainFigures(begun, await cluster.requestsSince(begun)),
    'all cordoned s': cordoned,
    'all emptied s': emptied,
    environments: fn('respond').coldStarts.length,
    'machine busy': machineBusy,
    'CPU s of the driver': Math.round(byPart.driver ?? 0),
    'of the responder': Math.round(fn('respond').cpuSeconds()),
  };
}

function services(namespace: string): readonly PlannedWorkload[] {
  return [1, 2, 3, 4, 5].map((number) => ({
    kind: 'Deployment',
    namespace,
    name: `service-${number}`,
    on: Array.from({ length: DOOMED }, (_, at) => at),
    stopsAfterSeconds: 3,
    budget: { maxUnavailable: '50%' },
  }));
}
