import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { RULES } from '../../audit/rules/registry.ts';

test('the table of docs/audit.md has every rule as it is', async () => {
  const rows = RULES.map(({ id, severity, title }) => `| \`${id}\` | ${severity} | ${title} |`);
  const text = await readFile('docs/audit.md', 'utf8');
  expect(text.match(/^\| `[a-z-]+` \| .*$/gm)).toEqual(rows);
});
