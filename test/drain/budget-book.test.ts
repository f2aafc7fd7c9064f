import { expect, test } from 'vitest';
import { openBudgetBook } from '../../functions/drain/budget-book.ts';
import { addWeb, lockWeb, openScene, type Scene } from './scene.ts';

async function openBook(scene: Scene) {
  addWeb(scene, 1);
  lockWeb(scene);
  const until = new Date(scene.clock.now().getTime() + 120_000);
  return openBudgetBook(scene.deps, { until });
}

test('budgets are known as soon as they have been read', async () => {
  await using scene = await openScene();
  expect((await openBook(scene)).known()?.map(({ name }) => name)).toEqual(['web-budget']);
});

test('budgets that cannot be read are not waited for, and known when they can be', async () => {
  await using scene = await openScene();
  const until = scene.clock.now().getTime() + 10_000;
  scene.simulated.inject({ match: ({ at }) => at.getTime() < until, fault: { type: 'server-error' } });
  const book = await openBook(scene);
  expect(book.known()).toBeUndefined();
  await expect.poll(() => book.known()?.length, { timeout: 10_000 }).toBe(1);
});

test('a missing permission to list budgets is told at once', async () => {
  await using scene = await openScene();
  scene.simulated.inject({ match: () => true, fault: { type: 'forbidden' } });
  await expect(openBook(scene)).rejects.toMatchObject({ fault: 'forbidden' });
});
