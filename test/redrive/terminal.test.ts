import { afterEach, beforeEach, expect, test } from 'vitest';
import { CTRL_C, CTRL_D } from '../cli/run-in-terminal.ts';
import { openScene, type RedriveScene, warning } from './scene.ts';

let scene: RedriveScene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

/** Each a second younger than the one before. */
function fill(count: number): void {
  for (let at = 0; at < count; at += 1) scene.dead.send(warning(count - at));
}

test.each([
  ['Ctrl-C', CTRL_C, 130],
  ['Ctrl-D', CTRL_D, 1],
  ['another word', 'y\r', 1],
])(
  '%s at the question does nothing, and every letter can be received again at once',
  async (_name, keys, code) => {
    fill(3);
    const ended = await scene.inTerminal(['to go on', keys]);
    expect(ended.shown).toContain('To be done: 3 sent to the responder again');
    expect(ended.shown).toContain('Nothing was done.');
    expect(ended.code).toBe(code);
    expect(scene.events.sent).toEqual([]);
    expect(scene.dead.receive(10)).toHaveLength(3);
  },
  60_000,
);

test('Ctrl-C while it works ends the letter at hand: each is sent, or left to be received again', async () => {
  const count = 60;
  fill(count);
  const { code, shown } = await scene.inTerminal(['to go on', 'yes\r'], ['of 60 settled', CTRL_C]);
  expect(code).toBe(130);
  const left = [];
  for (let some = scene.dead.receive(10); some.length > 0; some = scene.dead.receive(10)) left.push(...some);
  expect(left.length).toBeGreaterThan(0);
  const bodies = [...left, ...scene.events.sent].map(({ body }) => body);
  expect(bodies).toHaveLength(count);
  expect(new Set(bodies).size).toBe(count);
  expect(shown).toContain(
    `${scene.events.sent.length} sent again, 0 thrown away, ${left.length} left where they were.`,
  );
}, 60_000);
