import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../audit/rules/registry.ts';
import { auditFiles, foundIn } from './scene.ts';

const folder = 'test/audit/rules';
const rules = RULES.map(({ id }) => id);

test('every rule has a file of its own, and a manifest that fails it and one that passes', () => {
  expect(readdirSync(folder).sort()).toEqual([...rules].sort());
  for (const rule of rules) expect(existsSync(`audit/rules/${rule}.ts`), rule).toBe(true);
});

describe.each(rules)('%s', (rule) => {
  test('finds the failing manifest and is silent on the passing one', async () => {
    const failing = foundIn(await auditFiles(`${folder}/${rule}/failing.yaml`));
    const passing = foundIn(await auditFiles(`${folder}/${rule}/passing.yaml`));
    expect(failing.filter((each) => each.startsWith(`${rule} `))).toHaveLength(1);
    expect(passing.filter((each) => each.startsWith(`${rule} `))).toEqual([]);
  });
});
