import { expect, test } from 'vitest';
import type { RespondDeps } from '../../functions/respond/deps.ts';
import { type Life, lethal, mortal, startLife } from '../support/mortal.ts';
import { type LongScene, openLongScene } from './long-scene.ts';
import { doomed } from './scene.ts';

const rebalance = 'rebalance-recommendation';

type Kill = (deps: RespondDeps, life: Life) => Partial<RespondDeps>;

const word =
  (nth: number, when: 'before' | 'after'): Kill =>
  ({ continuations }, life) => ({
    continuations: lethal({ of: continuations, method: 'leave', nth, when }, life),
  });
const row =
  (method: 'handOver' | 'resume' | 'close', when: 'before' | 'after'): Kill =>
  ({ incidents }, life) => ({ incidents: lethal({ of: incidents, method, nth: 1, when }, life) });

test.concurrent.each<[string, Kill]>([
  ['before its word for a successor', word(1, 'before')],
  ['after its word for a successor', word(1, 'after')],
  ['before the word that hands over', word(2, 'before')],
  ['between that word and the row', word(2, 'after')],
  ['before the row is handed over', row('handOver', 'before')],
  ['after the row was handed over', row('handOver', 'after')],
])('a first run killed %s: others finish, once', async (_step, kill) => {
  await using scene = await openSlowScene();
  const { deps, life, untilKilled } = doom(scene, kill);
  await Promise.race([scene.deliver(rebalance, deps), untilKilled]);
  expect(life.isOver()).toBe(true);
  await scene.secondLook();
  await scene.later();
  await expectFinishedOnce(scene);
});

test.concurrent.each<[string, Kill]>([
  ['before it has claimed', row('resume', 'before')],
  ['just after it has claimed', row('resume', 'after')],
  ['before its word for a successor', word(1, 'before')],
  ['before it closes', row('close', 'before')],
])('a later run killed %s: others finish, once', async (_step, kill) => {
  await using scene = await openSlowScene();
  const { deps, life, untilKilled } = doom(scene, kill);
  await scene.deliver(rebalance);
  const dead = new AbortController();
  await Promise.race([scene.later(deps, dead.signal), untilKilled]);
  dead.abort();
  expect(life.isOver()).toBe(true);
  await scene.later();
  await expectFinishedOnce(scene);
});

/** Invocations of four minutes, and two pods that stop after five. */
async function openSlowScene(): Promise<LongScene> {
  const scene = await openLongScene({ onRebalance: 'drain' }, { lambdaMinutes: 4 });
  scene.addPods('llm', 2, 300);
  return scene;
}

function doom(scene: LongScene, kill: Kill) {
  const life = startLife();
  const deps = scene.depsOf('doomed');
  const untilKilled = (async () => {
    while (!life.isOver()) await scene.clock.sleep(1_000);
  })();
  return { life, untilKilled, deps: mortal({ ...deps, ...kill(deps, life) }, life) };
}

async function expectFinishedOnce(scene: LongScene): Promise<void> {
  expect(scene.told('Interruption Handled')).toMatchObject([{ outcome: { type: 'emptied' } }]);
  expect(scene.evictedTwice()).toBe(0);
  expect(scene.world.cluster.evictions).toHaveLength(2);
  expect(await scene.deps.incidents.get(doomed)).toMatchObject({ state: 'closed', outcome: 'emptied' });
  expect(scene.world.queue.nextDueAt()).toBeUndefined();
}
