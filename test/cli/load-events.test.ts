import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadEvents } from '../../cli/replay/load-events.ts';

const folder = await mkdtemp(join(tmpdir(), 'events-'));
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['empty.json', '', 'the file is empty'],
  ['cut.json', '{"source":', 'not valid JSON'],
  ['none.json', '[]', 'holds an empty list'],
])('%s is refused by name', async (name, text, problem) => {
  const file = join(folder, name);
  await writeFile(file, text);
  await expect(loadEvents([file])).rejects.toThrow(`${file}: ${problem}`);
});

test('a missing file and a folder are told apart', async () => {
  await expect(loadEvents([join(folder, 'nowhere.json')])).rejects.toThrow('no such file');
  await expect(loadEvents([folder])).rejects.toThrow('is a folder');
});

test('a file may hold several events', async () => {
  const file = join(folder, 'two.json');
  await writeFile(file, '[{"a":1},{"b":2}]');
  expect(await loadEvents([file])).toEqual([
    { file, event: { a: 1 } },
    { file, event: { b: 2 } },
  ]);
});

test('a byte order mark before it is overlooked', async () => {
  const file = join(folder, 'marked.json');
  await writeFile(file, '\uFEFF{"a":1}');
  expect(await loadEvents([file])).toEqual([{ file, event: { a: 1 } }]);
});
