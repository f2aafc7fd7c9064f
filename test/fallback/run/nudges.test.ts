import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { matchesPattern } from '../../../e2e/events/pattern.ts';
import { concernsOf } from '../../../functions/fallback/run/nudges.ts';
import { aimEvent } from '../../../functions/signals/retime.ts';
import { poolGroup } from '../../../simulator/account/pool-groups.ts';
import { synthesise } from '../../infra/synthesise.ts';
import { instanceId } from '../../support/interruptions.ts';
import { loseOne } from './market.ts';
import { CLUSTER } from './pool.ts';
import { type FallbackScene, startFallbackScene } from './scene.ts';

/** From an event of AWS through the stack's rules to the run that it causes, of the one pool that it is about. */
let scene: FallbackScene;

afterEach(() => scene.close());

vi.setConfig({ testTimeout: 60_000 });

const { Resources } = synthesise().toJSON() as { Resources: Readonly<Record<string, Resource>> };

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly Description?: string;
    readonly EventPattern?: Readonly<Record<string, unknown>>;
    readonly Targets?: readonly { readonly Arn: unknown }[];
    readonly EventSourceArn?: unknown;
    readonly FunctionName?: { readonly Ref: string };
  };
}

function ofType(type: string): readonly Resource['Properties'][] {
  return Object.values(Resources).flatMap(({ Properties, Type }) => (Type === type ? [Properties] : []));
}

/** How often EventBridge would put the event into the queue that the fallback's function takes its batches from. */
function deliveries(event: unknown): number {
  const source = ofType('AWS::Lambda::EventSourceMapping').find(({ FunctionName }) =>
    Resources[FunctionName?.Ref ?? '']?.Properties.Description?.startsWith('Scales on-demand node groups'),
  );
  const queue = JSON.stringify(source?.EventSourceArn);
  const targets = ofType('AWS::Events::Rule')
    .filter(({ EventPattern = {} }) => matchesPattern(EventPattern, event))
    .flatMap(({ Targets = [] }) => Targets);
  return targets.filter(({ Arn }) => JSON.stringify(Arn) === queue).length;
}

async function sample(file: string, about: string): Promise<unknown> {
  const text = await readFile(new URL(`../../../events/${file}.json`, import.meta.url), 'utf8');
  const event: unknown = JSON.parse(text.replaceAll('eks-gpu-fake', 'spot'));
  return aimEvent(event, instanceId(about));
}

/** As Lambda hands them over. */
function batch(events: readonly unknown[]) {
  return { Records: events.map((event) => ({ body: JSON.stringify(event) })) };
}

/** A second pool of the same cluster, which nothing has happened to. */
function addNeighbour({ account }: FallbackScene): void {
  const common = { cluster: CLUSTER, pool: 't4', instanceType: 'g4dn.xlarge', desired: 0 };
  account.addAutoScalingGroup(poolGroup({ ...common, name: 'neighbour-spot', role: 'spot' }));
  account.addAutoScalingGroup(poolGroup({ ...common, name: 'neighbour-on-demand', role: 'fallback' }));
}

const NUDGES = {
  'an interruption': 'spot-interruption-terminate',
  'an instance that goes': 'instance-state-change',
  'a launch that failed': 'nudges/launch-unsuccessful',
  'a launch that succeeded': 'nudges/launch-successful',
};

test.each(Object.entries(NUDGES))('%s has its pool looked at once, and no other', async (_, file) => {
  scene = await startFallbackScene();
  addNeighbour(scene);
  await loseOne(scene);
  await scene.minuteWithoutRun();
  await scene.minuteWithoutRun();
  const event = await sample(file, scene.members('spot')[0] ?? '');
  expect(deliveries(event)).toBe(1);
  const concerns = concernsOf(batch([event])) ?? expect.fail('no batch');
  const { ends, pools } = await scene.run({ concerns });
  expect({ pools, acted: ends.acted }).toEqual({ pools: 1, acted: 1 });
  expect(scene.desired('on-demand')).toBe(1);
});

test('all of them at once, each of them twice, are one run of the pool', async () => {
  scene = await startFallbackScene();
  addNeighbour(scene);
  await loseOne(scene);
  await scene.minuteWithoutRun();
  await scene.minuteWithoutRun();
  const files = Object.values(NUDGES);
  const about = scene.members('spot')[0] ?? '';
  const events = await Promise.all([...files, ...files].map((file) => sample(file, about)));
  const concerns = concernsOf(batch(events)) ?? expect.fail('no batch');
  expect((await scene.run({ concerns })).pools).toBe(1);
  expect(scene.told()).toHaveLength(1);
});

test('an instance of nobody has no pool looked at, and the schedule all', async () => {
  scene = await startFallbackScene();
  addNeighbour(scene);
  const stranger = await sample('instance-state-change', 'i-0fffffffffffffff9');
  const concerns = concernsOf(batch([stranger])) ?? expect.fail('no batch');
  expect((await scene.run({ concerns })).pools).toBe(0);
  expect(concernsOf({ source: 'schedule' })).toBeUndefined();
  expect((await scene.run()).pools).toBe(2);
});

test.each(['instance-state-change-running', 'rebalance-recommendation', 'launch-hook'])(
  '%s is no nudge',
  async (file) => {
    scene = await startFallbackScene();
    expect(deliveries(await sample(file, 'i-0aaaaaaaaaaaaaaa1'))).toBe(0);
  },
);
