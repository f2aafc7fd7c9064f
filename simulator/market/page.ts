import type { Comparison, Point } from './compare.ts';
import { drawFrontier } from './frontier-chart.ts';
import type { MarketSettings } from './replay.ts';
import { drawTimeline, mostNodes } from './timeline-chart.ts';

/** One self-contained page: the availability-cost frontier, then each policy over time. */
export function renderPage(
  comparisons: readonly Comparison[],
  means: readonly Point[],
  settings: MarketSettings,
): string {
  const names = comparisons.map(({ trace }) => escapeHtml(trace.name)).join(', ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fallback policies on recorded spot capacity</title><style>${PAGE_STYLE}</style></head><body>
<h1>Fallback policies on recorded spot capacity</h1>
<p>${names}. Boot ${settings.bootMinutes} min, spot at ${settings.spotPrice} of on-demand, notice ${settings.noticeMinutes} min.</p>
<h2>Availability and cost</h2>
<p>Up and left is better. Cost is over that of all nodes on demand.
The notice before a loss is seen by spot-responder, AutoSpotting and “hold 30 min, notice”; the line joins the fixed holds.</p>
<div class="wide">${drawFrontier(means)}</div>
${renderTable(means)}
${comparisons.map(renderTrace).join('\n')}
</body></html>
`;
}

export const PAGE_STYLE = `
body{font:15px/1.45 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1c2330}
svg{display:block;width:100%;height:auto}.wide{overflow-x:auto}.wide svg{min-width:700px}text{font:12px system-ui,sans-serif;fill:#1c2330}
table{border-collapse:collapse;margin:1rem 0;display:block;max-width:100%;overflow-x:auto}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #dde2ea}
td:first-child,th:first-child{text-align:left}h3{margin:1.2rem 0 .2rem;font-size:1rem}
.key i{display:inline-block;width:.9em;height:.9em;margin:0 .3em 0 1em;vertical-align:-.1em}
.spot{fill:#2f9e8f;background:#2f9e8f}.demand{fill:#e08a3c;background:#e08a3c}.wanted{stroke:#1c2330;background:#1c2330}
.tick{stroke:#c3cad6;fill:none}.holds{stroke:#2f9e8f;stroke-dasharray:4 3;fill:none}.aim{fill:#fdf1e4}.faint{fill:#6b7688}.mine{font-weight:700}`;

function renderTrace({ trace, replays }: Comparison): string {
  const top = mostNodes(replays);
  const charts = replays.map(
    (
      replay,
    ) => `<h3>${escapeHtml(replay.policy)}: ${replay.availability.toFixed(4)} at ${replay.relativeCost.toFixed(3)}</h3>
${drawTimeline(trace.wanted, top, replay)}`,
  );
  return `<h2>${escapeHtml(trace.name)}</h2>
<p class="key"><i class="spot"></i>spot<i class="demand"></i>on-demand<i class="wanted"></i>wanted (${trace.wanted} nodes)</p>
${charts.join('\n')}`;
}

function renderTable(points: readonly Point[]): string {
  const rows = points.map(
    (point) =>
      `<tr><td>${escapeHtml(point.policy)}</td><td>${point.availability.toFixed(4)}</td><td>${point.relativeCost.toFixed(3)}</td><td>${point.launchesPerDay.toFixed(1)}</td><td>${point.minutesShort.toFixed(0)}</td></tr>`,
  );
  return `<table><tr><th>policy</th><th>availability</th><th>cost</th><th>launches/day</th><th>minutes short</th></tr>
${rows.join('\n')}</table>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
