import { expect, test } from 'vitest';
import { doomedToo, idsOf, openScene, resultsOf, secondsOf } from './scene.ts';

test.concurrent('two nodes of a gang go at once: one request, both pods evicted after the one save', async () => {
  await using scene = await openScene();
  const gang = scene.train();
  const reports = (
    await Promise.all([scene.send(), scene.send('spot-interruption-terminate', {}, 0, doomedToo)])
  ).flat();
  expect(reports.map(({ outcome }) => outcome.type)).toEqual(['emptied', 'emptied']);
  const ids = idsOf(reports);
  expect(ids).toHaveLength(1);
  expect(gang[2] && scene.request(gang[2])?.id).toBe(ids[0]);
  expect(scene.evictions()).toHaveLength(2);
});

test.concurrent('the second node of a gang goes 20 s later: it joins the save, and the earlier deadline stays', async () => {
  await using scene = await openScene();
  const gang = scene.train({ savesInSeconds: 40 });
  const first = scene.send();
  await scene.clock.sleep(20_000);
  const second = scene.send('spot-interruption-terminate', {}, 0, doomedToo);
  const reports = [...(await first), ...(await second)];
  expect(reports.map((report) => resultsOf(report))).toEqual([['saved'], ['saved']]);
  expect(idsOf(reports)).toEqual([reports[0]?.incidentId]);
  expect(gang[2] && scene.request(gang[2])?.deadline).toEqual(reports[0]?.interruption.deadline);
  expect(reports[1] && secondsOf(reports[1], 'saved')[0]).toBeLessThan(40);
});

test.concurrent('a second node that goes earlier hurries the first: the job and the first run learn its deadline', async () => {
  await using scene = await openScene();
  const gang = scene.train({ answers: 'started' });
  const first = scene.send();
  if (gang[0]) await scene.untilAsked(gang[0]);
  const second = scene.send('spot-interruption-terminate', {}, 60, doomedToo);
  const [one, other] = [(await first)[0], (await second)[0]];
  expect(gang[2] && scene.request(gang[2])?.deadline).toEqual(other?.interruption.deadline);
  expect(one && secondsOf(one, 'unsaved')[0]).toBeLessThan(60);
});

test.concurrent('the same notice twice at once asks once', async () => {
  await using scene = await openScene();
  scene.train();
  const reports = (await Promise.all([scene.send(), scene.send()])).flat();
  expect(reports.map(({ outcome }) => outcome.type).toSorted()).toEqual(['emptied', 'joined']);
  expect(scene.patches()).toHaveLength(3);
  expect(scene.evictions()).toHaveLength(1);
});
