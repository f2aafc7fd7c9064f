import { execa } from 'execa';
import { expect, test } from 'vitest';
import { findPython } from '../python/environment/find-python.ts';

test('the Python package passes its own tests, with the standard library alone', async () => {
  const python = await findPython([3, 9]);
  const args = ['-m', 'unittest', 'discover', '-s', 'python/tests'];
  const { exitCode, stderr } = await execa(python?.command ?? '', args, { reject: false });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/Ran \d{3} tests/);
}, 240_000);
