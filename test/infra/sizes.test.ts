import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SIZES } from '../../infra/constructs/sizes.ts';
import { synthesise } from './synthesise.ts';

const sizes = Object.entries(SIZES);

test('every handler has a size, with what was measured and a reason; there is no other', () => {
  const handlers = readdirSync(new URL('../../functions/handlers', import.meta.url));
  expect(Object.keys(SIZES).sort()).toEqual(handlers.map((file) => file.replace('.ts', '')).sort());
  for (const [, { measuredMegabytes, why }] of sizes) {
    expect(measuredMegabytes).toBeGreaterThan(40);
    expect(why.length).toBeGreaterThan(40);
  }
});

test('the template gives each function its size', () => {
  const functions = Object.values(
    synthesise({ slackSecret: 'slack' }).findResources('AWS::Lambda::Function'),
  );
  const given = functions.map(({ Properties }) => Properties.MemorySize);
  expect(given.sort()).toEqual(sizes.map(([, { megabytes }]) => megabytes).sort());
});

test('each has at least twice what it was seen to hold: a larger cluster than the measured one is no surprise', () => {
  for (const [, { measuredMegabytes, megabytes }] of sizes)
    expect(megabytes).toBeGreaterThanOrEqual(2 * measuredMegabytes);
});

test('docs/measured.md has the same figures', () => {
  const text = readFileSync(new URL('../../docs/measured.md', import.meta.url), 'utf8');
  for (const [name, { measuredMegabytes, megabytes }] of sizes)
    expect(text).toMatch(new RegExp(`\\| ${name} \\| ${measuredMegabytes} \\| ${megabytes} \\|`));
});
