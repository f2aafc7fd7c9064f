import { expect, test } from 'vitest';
import { renderSavings } from '../../cli/savings/page.ts';
import { showSavings } from '../../cli/savings/show.ts';
import type { Savings } from '../../functions/savings/savings.ts';
import { NOTHING } from '../../functions/savings/settle.ts';

const losses = { interruptions: 2, saves: 1, missedSaves: 0, keptGpuHours: 48, lostGpuHours: 0 };
const account = {
  ...NOTHING,
  spotHours: 100,
  onDemandHours: 48,
  spotDollars: 40,
  onDemandDollars: 48,
  savedDollars: 60,
};
const savings: Savings = {
  from: new Date('2026-11-01T00:00:00Z'),
  to: new Date('2026-12-01T00:00:00Z'),
  total: { ...account, ...losses },
  pools: [{ cluster: 'prod', pool: '<a10g>', ...account, ...losses }],
  days: Array.from({ length: 30 }, (_, index) => ({
    day: `2026-11-${String(index + 1).padStart(2, '0')}`,
    ...account,
    interruptions: index === 3 ? 2 : 0,
  })),
  minutes: { seen: 43_200, unknown: 0 },
};
const empty: Savings = { ...savings, total: { ...NOTHING, ...losses }, pools: [], days: [] };

test('the page shows a bar a day and the pools, with names that are no markup', () => {
  const page = renderSavings(savings);
  expect(page.match(/<rect/g)).toHaveLength(2 * 30 * 3);
  expect(page).toContain('prod / &#60;a10g&#62;');
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

test('a time in which nothing was counted says so, on the page and in the table', () => {
  expect(renderSavings(empty)).toContain('Nothing was counted');
  expect(renderSavings(empty)).not.toMatch(/NaN|Infinity|undefined/);
  expect(showSavings(empty)).toContain('Nothing was counted from 2026-11-01 00:00Z');
});

test('the table has a row a pool', () => {
  expect(showSavings(savings)).toMatch(
    /prod +<a10g> +100\.0 +48\.0 +\$88\.00 +\$60\.00 +60% +2 +48\.0 +0\.0/,
  );
});
