import { spotNode } from '../../controlplane/fleet/nodes.ts';
import { same } from '../world/claims.ts';
import { addSpotNode, type SimulatedWorld } from '../world/simulated.ts';
import { secondsBetween } from './looks.ts';
import { happening } from './sample.ts';
import type { Figures, Scenario, Scene } from './scenario.ts';

const NODES = 1_000;
const NOTICE_SECONDS = 120;
/** As many processes as this machine holds; Lambda would start one for each. */
const AT_ONCE = 20;

const about = (how: string) =>
  `${NODES} interruptions in one region, EC2's read throttle enforced, ${how} (simulated cluster)`;

export const thousand: Scenario = {
  name: 'thousand',
  about: about('nodes in the index'),
  isQuick: false,
  isSimulated: true,
  stage: { accountConcurrency: AT_ONCE },
  play: (scene) => play(scene, true),
};

export const thousandUnknown: Scenario = {
  name: 'thousand-not-indexed',
  about: about('none in the index'),
  isQuick: false,
  isSimulated: true,
  stage: { accountConcurrency: AT_ONCE },
  play: (scene) => play(scene, false),
};

async function play(scene: Scene, isIndexed: boolean): Promise<Figures> {
  const { bridge, claim, simulated, tick } = scene;
  if (!simulated) throw new Error('this scenario plays in memory');
  const nodes = Array.from({ length: NODES }, (_, at) => spotNode(at + 1));
  for (const [at, { instanceId }] of nodes.entries()) addSpotNode(simulated, at + 1, instanceId);
  if (isIndexed) await tick('rate(1 minute)');
  const before = simulated.account.calls.length;
  const begun = new Date();
  for (const { instanceId } of nodes)
    bridge.put('default', await happening('spot-interruption-terminate', instanceId));
  let within = { half: 0, all: 0 };
  await claim(
    `all ${NODES} nodes are cordoned within the notice`,
    () => {
      const count = countCordoned(simulated);
      if (within.half === 0 && count >= NODES / 2) within = { ...within, half: secondsBetween(begun) };
      if (count === NODES) within = { ...within, all: secondsBetween(begun) };
      scene.say(`${count} of ${NODES} nodes cordoned`);
      return same(count, NODES);
    },
    NOTICE_SECONDS,
  );
  const reads = simulated.account.calls.slice(before).filter(({ service }) => service === 'ec2').length;
  return {
    'half cordoned s': within.half,
    'all cordoned s': within.all,
    'EC2 reads': reads,
    'functions at once': AT_ONCE,
  };
}

function countCordoned({ cluster }: SimulatedWorld): number {
  return cluster.nodes().filter(({ spec }) => spec.unschedulable === true).length;
}
