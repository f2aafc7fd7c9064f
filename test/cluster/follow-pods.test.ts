import { expect, test } from 'vitest';
import { openPodFollower } from '../../functions/cluster/follow-pods.ts';
import type { PodEvent } from '../../functions/cluster/port.ts';
import { podWith } from '../drain/scene.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A source whose watches say nothing until they are aborted; each list brings one pod more. */
function openScene(doubt: (heardAt: Date) => string | undefined = () => undefined) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const versions: string[] = [];
  const listed: number[] = [];
  const losses: string[] = [];
  let lists = 0;
  let hold: Promise<void> | undefined;
  const source = {
    list: async () => {
      lists += 1;
      const pods = Array.from({ length: lists }, (_, at) => podWith({ uid: `uid-${at}` }));
      const resourceVersion = `${lists * 10}`;
      await hold;
      return { pods, resourceVersion };
    },
    watch: async function* (version: string, signal: AbortSignal): AsyncGenerator<PodEvent> {
      versions.push(version);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  const follower = openPodFollower(source, {
    clock,
    random: () => 0.5,
    signal: stop.signal,
    onLost: (reason) => losses.push(reason),
    doubt,
  });
  const sightings = {
    seen: () => undefined,
    gone: () => undefined,
    listed: (pods: readonly unknown[]) => listed.push(pods.length),
  };
  const following = follower.follow('1', sightings);
  return {
    clock,
    follower,
    versions,
    listed,
    losses,
    look: (why = 'asked') => follower.lookSince(clock.now(), why, stop.signal),
    holdLists: () => {
      const held = Promise.withResolvers<void>();
      hold = held.promise;
      return held.resolve;
    },
    end: async () => {
      stop.abort();
      await following;
    },
  };
}

test('a look lists, and watches on from there', async () => {
  const scene = openScene();
  await scene.look('an answer was lost');
  await scene.clock.untilAsleep();
  expect(scene).toMatchObject({ versions: ['1', '10'], listed: [1], losses: ['an answer was lost'] });
  await scene.end();
});

test('many who want to look share one list; who asks while it is under way gets another', async () => {
  const scene = openScene();
  const release = scene.holdLists();
  const early = [scene.look(), scene.look(), scene.look()];
  await new Promise(setImmediate);
  await scene.clock.advance(1);
  const late = scene.look();
  release();
  await Promise.all(early);
  await late;
  expect(scene.listed).toEqual([1, 2]);
  await scene.end();
});

test('what was listed after the moment in question is not listed again', async () => {
  const scene = openScene();
  const moment = scene.clock.now();
  await scene.clock.advance(1);
  await scene.look();
  await scene.follower.lookSince(moment, 'again', new AbortController().signal);
  expect(scene.listed).toEqual([1]);
  await scene.end();
});

test('a doubt about a silent watch is a look, and hearing something settles it', async () => {
  const scene = openScene((heardAt) =>
    scene.clock.now().getTime() - heardAt.getTime() >= 5_000 ? 'silent for 5 s' : undefined,
  );
  await scene.clock.untilAsleep();
  await scene.clock.advance(4_000);
  expect(scene.listed).toEqual([]);
  await scene.clock.advance(6_000);
  expect(scene).toMatchObject({ listed: [1, 2], losses: ['silent for 5 s', 'silent for 5 s'] });
  await scene.end();
});

test('a look ends with its own signal', async () => {
  const scene = openScene();
  scene.holdLists();
  const enough = new AbortController();
  const look = scene.follower.lookSince(scene.clock.now(), 'asked', enough.signal);
  enough.abort(new Error('enough'));
  await expect(look).rejects.toThrow('enough');
});
