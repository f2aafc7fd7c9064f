import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemas } from '../../functions/announce/schema.ts';
import { handleDelivery } from '../../functions/respond/delivery.ts';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { anInterruption } from '../support/interruptions.ts';
import { type Life, lethal, mortal, startLife } from '../support/mortal.ts';
import { openLongScene } from './long-scene.ts';
import { doomed, openScene, type Scene, withoutTable } from './scene.ts';

const SPOT = 'spot-interruption-terminate';

/** How it ended, as often as the bus was told. */
function tellings({ world }: Pick<Scene, 'world'>) {
  return world.account.events
    .filter(({ detailType }) => detailType === 'Interruption Handled')
    .map(({ detail }) => Object(detail) as Record<string, unknown>);
}

/** The same, of each event once: a slow bus may take one twice. */
function endings(scene: Pick<Scene, 'world'>) {
  return [...new Map(tellings(scene).map((each) => [`${each.incident} ${each.revision}`, each])).values()];
}

/** One event, and each delivery of it. */
function openEvent(scene: Scene) {
  const sample: unknown = JSON.parse(
    readFileSync(new URL(`../../events/${SPOT}.json`, import.meta.url), 'utf8'),
  );
  const event = retimeEvent(sample, scene.clock.now());
  const Records = [{ messageId: 'm', body: JSON.stringify(event), eventSource: 'aws:sqs' }];
  return {
    direct: (deps: RespondDeps = scene.deps) => handleDelivery(event, deps),
    record: (deps: RespondDeps = scene.deps) => handleDelivery({ Records }, deps),
  };
}

async function untilOver({ clock }: Scene, life: Life): Promise<void> {
  while (!life.isOver()) await clock.sleep(1_000);
}

type Kill = (deps: RespondDeps, life: Life) => Partial<RespondDeps>;

const closing =
  (when: 'before' | 'after'): Kill =>
  ({ incidents }, life) => ({ incidents: lethal({ of: incidents, method: 'close', nth: 1, when }, life) });
const marking: Kill = ({ incidents }, life) => ({
  incidents: lethal({ of: incidents, method: 'told', nth: 1, when: 'before' }, life),
});

test.each<[string, Kill, number, number]>([
  ['before it has written down how it ended', closing('before'), 0, 2],
  ['between writing down how it ended and telling it', closing('after'), 0, 5],
  ['between telling it and writing down that it did', marking, 1, 5],
])(
  'a process that dies %s: the second look tells it, with the pods it knows of',
  async (_step, kill, before, pods) => {
    await using scene = await openScene();
    const life = startLife();
    const event = openEvent(scene);
    const dying = mortal({ ...scene.deps, ...kill(scene.deps, life) }, life);
    await Promise.race([event.direct(dying), untilOver(scene, life)]);
    expect(life.isOver()).toBe(true);
    expect(endings(scene)).toHaveLength(before);
    await event.record();
    const told = endings(scene);
    expect(told).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ outcome: { type: 'emptied' }, node: scene.node, cluster: 'demo' });
    expect(schemas['Interruption Handled'].safeParse(told.at(-1)).error?.issues ?? []).toEqual([]);
    expect(told.at(-1)?.pods).toHaveLength(pods);
    const interruption = anInterruption({ noticedAt: scene.clock.now() });
    expect(await scene.deps.incidents.claim(interruption)).not.toHaveProperty('untold');
  },
);

test('a bus that fails for a while is asked until it takes how it ended', async () => {
  // What a busy machine takes for a request, the clock makes this much of.
  await using scene = await openScene(10);
  scene.world.account.inject({ operation: 'PutEvents', code: 'InternalException', times: 12 });
  const [report] = await scene.send();
  expect(report).not.toHaveProperty('isUntold');
  expect(endings(scene)).toMatchObject([{ outcome: { type: 'emptied' } }]);
});

test('an end that the bus does not take fails no direct delivery, and fails the record until it is told', async () => {
  await using scene = await openScene();
  let isDown = true;
  const announcer: RespondDeps['announcer'] = {
    ...scene.deps.announcer,
    announce: async (what) =>
      isDown ? { type: 'failed', reason: 'the bus is down' } : scene.deps.announcer.announce(what),
  };
  const event = openEvent(scene);
  expect(await event.direct({ ...scene.deps, announcer })).not.toHaveProperty('failure');
  const failed = await event.record({ ...scene.deps, announcer });
  expect(failed.answer?.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  expect(endings(scene)).toEqual([]);
  isDown = false;
  const { answer } = await event.record({ ...scene.deps, announcer });
  expect(answer?.batchItemFailures).toEqual([]);
  expect(endings(scene)).toMatchObject([{ outcome: { type: 'emptied' } }]);
});

test('what an incident left untold, the run that claims the next one tells', async () => {
  await using scene = await openScene();
  const life = startLife();
  const choices = { ...scene.deps.choices, onRebalance: 'cordon' as const };
  const dying = mortal({ ...scene.deps, choices, ...closing('after')(scene.deps, life) }, life);
  void scene.send('rebalance-recommendation', dying);
  await untilOver(scene, life);
  expect(endings(scene)).toEqual([]);
  await scene.send();
  expect(endings(scene)).toMatchObject([
    { kind: 'rebalance-recommendation', outcome: { type: 'cordoned' } },
    { kind: 'spot-interruption', outcome: { type: 'emptied' } },
  ]);
});

test('an incident whose place another takes while its run is at work ends as superseded', async () => {
  await using scene = await openScene();
  const life = startLife();
  const choices = { ...scene.deps.choices, onRebalance: 'drain' as const };
  const dying = mortal({ ...scene.deps, choices, ...closing('before')(scene.deps, life) }, life);
  void scene.send('rebalance-recommendation', dying);
  await untilOver(scene, life);
  await scene.send(SPOT, { choices });
  const [first, second] = endings(scene).toSorted((one) => (one.kind === 'spot-interruption' ? 1 : -1));
  expect(first).toMatchObject({ kind: 'rebalance-recommendation', outcome: { type: 'superseded' } });
  expect(String(first?.incident)).toContain('/rebalance-recommendation/');
  expect(second).toMatchObject({ kind: 'spot-interruption', outcome: { type: 'emptied' } });
});

test('a run that dies when it has taken another incident’s place: who takes over tells how that one ended', async () => {
  await using scene = await openScene();
  const choices = { ...scene.deps.choices, onRebalance: 'drain' as const };
  const deps = { ...scene.deps, choices };
  const soft = startLife();
  void scene.send('rebalance-recommendation', mortal({ ...deps, ...closing('before')(deps, soft) }, soft));
  await untilOver(scene, soft);
  const hard = startLife();
  const incidents = lethal({ of: deps.incidents, method: 'claim', nth: 1, when: 'after' }, hard);
  const event = openEvent(scene);
  void event.direct(mortal({ ...deps, incidents }, hard));
  await untilOver(scene, hard);
  expect(endings(scene)).toEqual([]);
  await event.record(deps);
  expect(
    endings(scene)
      .map(({ kind, outcome }) => [kind, Object(outcome).type])
      .toSorted(),
  ).toEqual([
    ['rebalance-recommendation', 'superseded'],
    ['spot-interruption', 'emptied'],
  ]);
});

test('where nothing was to be done about that one, its end is no news', async () => {
  await using scene = await openScene();
  const life = startLife();
  const dying = mortal({ ...scene.deps, ...closing('before')(scene.deps, life) }, life);
  void scene.send('rebalance-recommendation', dying);
  await untilOver(scene, life);
  await scene.send();
  expect(endings(scene).map(({ kind }) => kind)).toEqual(['spot-interruption']);
});

test('a run that went on without the table ends it there when it is back, and tells the newest', async () => {
  await using scene = await openScene();
  const { incidents } = scene.deps;
  const nowhere = withoutTable(scene);
  let asked = 0;
  const claim: RespondDeps['incidents']['claim'] = (interruption) => {
    asked += 1;
    return (asked === 1 ? nowhere : incidents).claim(interruption);
  };
  const [report] = await scene.send(SPOT, { incidents: { ...incidents, claim } });
  expect(report?.moments.map(({ type }) => type)).toContain('unclaimed');
  expect(await incidents.get(doomed)).toMatchObject({ state: 'closed', outcome: 'emptied' });
  const [ending] = endings(scene);
  expect(ending).toMatchObject({ outcome: { type: 'emptied' } });
  expect(Number(ending?.revision)).toBeGreaterThanOrEqual(1_000_000);
});

test('a run that dies when its second look has gone is ended by the word that this left', async () => {
  await using scene = await openLongScene({}, { speed: 100 });
  scene.addPods('llm', 1, 600);
  const life = startLife();
  void scene.deliver(SPOT, mortal(scene.depsOf('doomed'), life));
  const looking = scene.secondLook();
  await scene.clock.sleep(110_000);
  life.kill();
  await looking;
  await scene.later();
  expect(scene.told('Interruption Handled')).toHaveLength(1);
  expect(await scene.deps.incidents.get(doomed)).toMatchObject({ state: 'closed' });
  expect(scene.world.queue.nextDueAt()).toBeUndefined();
});
