import type { Savings } from '../../functions/savings/savings.ts';
import { describeSavings } from '../../functions/savings/words.ts';
import { escapeHtml, PAGE_STYLE } from '../../simulator/market/page.ts';
import { drawDays } from './day-chart.ts';

/** One self-contained page: the sums, each day's dollars and node hours, and the pools. */
export function renderSavings(savings: Savings): string {
  const { days, from, to } = savings;
  const dollars = days.map(({ day, interruptions, onDemandDollars, savedDollars, spotDollars }) => ({
    day,
    mark: interruptions,
    parts: [onDemandDollars, spotDollars, Math.max(0, savedDollars)],
  }));
  const hours = days.map(({ day, interruptions, onDemandHours, otherHours, spotHours }) => ({
    day,
    mark: interruptions,
    parts: [onDemandHours, spotHours, otherHours],
  }));
  const sentences = describeSavings(savings).map((line) => `<p>${escapeHtml(line)}</p>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>What spot saved</title><style>${PAGE_STYLE}${STYLE}</style></head><body>
<h1>What spot saved</h1><p class="period">${from.toISOString().slice(0, 10)} to ${to.toISOString().slice(0, 10)}, UTC</p>
${sentences.length > 0 ? sentences.join('\n') : '<p>Nothing was counted in this time.</p>'}
<div class="plots">
<figure><figcaption>Dollars a day<span class="key"><i class="demand"></i>on demand<i class="spot"></i>spot<i class="rest"></i>saved</span></figcaption>${drawDays(dollars, '$')}</figure>
<figure><figcaption>Node hours a day<span class="key"><i class="demand"></i>on demand<i class="spot"></i>spot<i class="rest"></i>other</span></figcaption>${drawDays(hours, '')}</figure>
</div>
<p class="faint">A number above a day counts its interruptions.</p>
${renderPools(savings)}
</body></html>
`;
}

const STYLE = `
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(340px,100%),1fr));gap:1rem 2rem}figure{margin:0;min-width:0}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;font-weight:600}figcaption .key{font-weight:400}
.rest{fill:#d7e9e6;background:#d7e9e6}.period,p.faint{color:#6b7688}
@media (prefers-color-scheme:dark){body{background:#12161d;color:#e6e9ef}text{fill:#e6e9ef}td,th{border-color:#333b48}
.rest{fill:#2b4a47;background:#2b4a47}.tick{stroke:#3a4350}.period,p.faint{color:#9aa5b5}}`;

const HEAD = [
  'pool',
  'spot h',
  'on-demand h',
  'spent',
  'saved',
  'interruptions',
  'saves',
  'GPU h kept',
  'GPU h lost, at most',
];

function renderPools({ pools }: Savings): string {
  const rows = pools.map((each) =>
    [
      `${each.cluster} / ${each.pool}`,
      each.spotHours.toFixed(1),
      each.onDemandHours.toFixed(1),
      `$${(each.spotDollars + each.onDemandDollars).toFixed(2)}`,
      `$${each.savedDollars.toFixed(2)}`,
      String(each.interruptions),
      String(each.saves),
      each.keptGpuHours.toFixed(1),
      each.lostGpuHours.toFixed(1),
    ]
      .map((cell) => `<td>${escapeHtml(cell)}</td>`)
      .join(''),
  );
  const head = HEAD.map((cell) => `<th>${cell}</th>`).join('');
  return `<table><tr>${head}</tr>\n${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</table>`;
}
