import { spotNode } from '../../controlplane/fleet/nodes.ts';
import type { RecordedCall } from '../account/gateway.ts';
import { same } from '../world/claims.ts';
import { measureCpu } from '../world/cpu.ts';
import { conversationHas, noDeadLetter, secondsBetween } from './looks.ts';
import { happening } from './sample.ts';
import type { Figures, Scenario, Scene } from './scenario.ts';

const NODES = 1_000;
const NOTICE_SECONDS = 120;
/** What a new account may run at once, which is what two cores carry without standing in the way of their own starts. */
const FEW = 10;
/** So many first runs that ask at once use up EC2's reads. */
const MANY = 25;

/**
 * All that is claimed is that every node stops taking pods: two cores drain no thousand nodes in two minutes. Real are bundles, rules,
 * pollers and permissions; cluster, EC2, SQS, bus and table are simulated.
 */
export const thousand: Scenario = {
  name: 'thousand',
  about: about('their nodes are in the index', FEW),
  isQuick: false,
  isSimulated: true,
  stage: stageFor(FEW),
  play: async (scene) => {
    await play(scene, true);
    const reads = scene.account.calls.filter(
      ({ caller, service }) => caller === 'respond' && service === 'ec2',
    );
    await scene.claim('EC2 was not asked', () => same(reads.length, 0), 0);
    return {};
  },
};

export const thousandNotIndexed: Scenario = {
  name: 'thousand-not-indexed',
  about: about('none of their nodes is in the index', MANY),
  isQuick: false,
  isSimulated: true,
  stage: stageFor(MANY),
  play: (scene) => play(scene, false),
};

function about(how: string, atOnce: number): string {
  return `${NODES} interruptions in one region, EC2's read throttle enforced, ${atOnce} functions at once: ${how} (simulated cluster)`;
}

/** The responder's processes come first: on AWS no other function takes processor time from them. */
function stageFor(atOnce: number) {
  return { accountConcurrency: atOnce, first: 'respond' } as const;
}

async function play(scene: Scene, isIndexed: boolean): Promise<Figures> {
  const { bridge, claim, simulated, tick } = scene;
  if (!simulated) throw new Error('this scenario plays in memory');
  await simulated.fill(NODES);
  if (isIndexed) await tick('rate(1 minute)');
  const events = await Promise.all(
    Array.from({ length: NODES }, (_, at) =>
      happening('spot-interruption-terminate', spotNode(at + 1).instanceId),
    ),
  );
  const measure = startMeasure(scene);
  for (const event of events) bridge.put('default', event);
  try {
    await claim(
      `all ${NODES} nodes are cordoned within the notice`,
      async () => {
        const { cordoned } = await simulated.look();
        measure.note(cordoned);
        scene.say(`${cordoned} of ${NODES} nodes cordoned`);
        return same(cordoned, NODES);
      },
      NOTICE_SECONDS,
    );
    await claim('no letter is dead', () => noDeadLetter(scene), 0);
  } finally {
    scene.keep(measure.end());
  }
  await claim(
    'people read of a storm',
    () => conversationHas(scene, /\d{2,} nodes interrupted in/),
    NOTICE_SECONDS,
  );
  return {};
}

function startMeasure({ account, concurrency, fn }: Scene) {
  const [begun, before, cpu] = [new Date(), account.calls.length, measureCpu()];
  const reached = new Map<number, number>();
  let seen = 0;
  return {
    note: (cordoned: number) => {
      seen = cordoned;
      for (const share of [0.5, 0.9, 1])
        if (cordoned >= share * NODES && !reached.has(share)) reached.set(share, secondsBetween(begun));
    },
    end: (): Figures => {
      const { byPart, machineBusy, seconds } = cpu();
      const calls = account.calls.slice(before);
      const reads = calls.filter(({ service }) => service === 'ec2');
      return {
        cordoned: `${seen} of ${NODES}`,
        'half cordoned s': reached.get(0.5) ?? 'never',
        '90 % s': reached.get(0.9) ?? 'never',
        'all cordoned s': reached.get(1) ?? 'never',
        'EC2 reads': reads.length,
        'of them throttled': reads.filter(({ status }) => status >= 400).length,
        'functions at once': concurrency.peak(),
        environments: fn('respond').coldStarts.length,
        invocations: fn('respond').durations.length,
        'machine busy': machineBusy,
        'CPU ms a node, all parts': Math.round((1_000 * seconds) / Math.max(1, seen)),
        ...Object.fromEntries(
          Object.entries(byPart).map(([part, each]) => [`CPU s of ${part}`, Math.round(each)]),
        ),
        ...callsANode(calls, seen),
      };
    },
  };
}

/** Which calls a node took, until all were cordoned: `respond dynamodb:PutItem 2.1`. */
function callsANode(calls: readonly RecordedCall[], nodes: number): Figures {
  const counts = new Map<string, number>();
  for (const { caller, operation, service } of calls) {
    const name = `${caller} ${service}:${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const inOrder = [...counts].sort(([, one], [, other]) => other - one);
  return {
    'calls a node': inOrder
      .map(([name, count]) => `${name} ${(count / Math.max(1, nodes)).toFixed(1)}`)
      .join(', '),
  };
}
