import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openWaiting } from '../../cli/aws/waiting.ts';

afterEach(() => vi.useRealTimers());

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, out: { isTTY, write: (text: string) => written.push(text) > 0 } };
}

test('what takes long is named on a terminal, with how many others do, until it is answered', async () => {
  vi.useFakeTimers();
  const { out, written } = terminal(true);
  const waiting = openWaiting(out);
  const [one, other] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const ended = Promise.all([waiting.during('one', one.promise), waiting.during('other', other.promise)]);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(written.at(-1)).toContain('waiting for one and 1 more');
  one.resolve(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(written.at(-1)).toContain('waiting for other');
  other.resolve(2);
  expect(await ended).toEqual([1, 2]);
  expect(written.at(-1)).toBe('\r\x1b[K');
});

test('nothing is written where there is no terminal, nor for what fails quickly', async () => {
  const [pipe, screen] = [terminal(false), terminal(true)];
  await openWaiting(pipe.out).during('it', sleep(2_100));
  const failing = openWaiting(screen.out).during('it', Promise.reject(new Error('refused')));
  await expect(failing).rejects.toThrow('refused');
  expect([...pipe.written, ...screen.written]).toEqual([]);
});
