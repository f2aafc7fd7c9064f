import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { auditFiles, foundIn } from './scene.ts';

const folder = 'test/audit/corpus';

/** `# expect: rule of Kind/name`, one line a finding. */
function expectedIn(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^# expect: (.+)$/gm);
  return [...lines].flatMap(([, finding = '']) => (finding === 'nothing' ? [] : [finding]));
}

test('a corpus of manifests as people write them: every expected finding is found, and no other', async () => {
  const rows: (readonly [string, number, number, number])[] = [];
  const differences: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const expected = expectedIn(`${folder}/${name}`);
    const found = foundIn(await auditFiles(`${folder}/${name}`));
    const missed = without(expected, found);
    const alarms = without(found, expected);
    rows.push([name, expected.length, expected.length - missed.length, alarms.length]);
    differences.push(
      ...missed.map((each) => `${name} missed ${each}`),
      ...alarms.map((each) => `${name} false ${each}`),
    );
  }
  const sum = (column: 1 | 2 | 3) => rows.reduce((total, row) => total + row[column], 0);
  console.log(
    [['MANIFEST', 'EXPECTED', 'FOUND', 'FALSE'], ...rows, [`${rows.length} in all`, sum(1), sum(2), sum(3)]]
      .map(
        ([name, ...figures]) =>
          String(name).padEnd(32) + figures.map((each) => String(each).padStart(10)).join(''),
      )
      .join('\n'),
  );
  expect(rows.length).toBeGreaterThanOrEqual(30);
  expect(differences).toEqual([]);
});

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
