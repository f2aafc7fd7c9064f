import type { Audit, Finding, Judged, Verdict } from '../judge.ts';
import { PAGE_STYLE } from './page-style.ts';
import {
  allFindings,
  commandOf,
  countBySeverity,
  countsInWords,
  nameOf,
  SPOT_WORDS,
  VERDICT_WORDS,
} from './words.ts';

/** One file, nothing loaded: the sum, then every workload with what to change, the most urgent first. */
export function pageReport(audit: Audit, at: Date): string {
  const { fleet, fleetFindings, judged } = audit;
  const sorted = [...judged].sort((one, other) => weight(other) - weight(one));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Ready for spot? ${escapeHtml(fleet.name)}</title><style>${PAGE_STYLE}</style></head><body><main>
<header><h1>Ready for spot?</h1>
<p class="about">${escapeHtml(fleet.name)}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</p></header>
${summary(audit)}
${notes(audit)}
${fleetFindings.length > 0 ? `<section class="card"><h2>Node groups</h2>${fleetFindings.map((each) => findingHtml(each, true)).join('\n')}</section>` : ''}
${sorted.length > 0 ? filters() : '<p>No workload was found.</p>'}
${sorted.map(workloadHtml).join('\n')}
</main><script>${SCRIPT}</script></body></html>
`;
}

const ORDER: readonly Verdict[] = ['off-spot', 'after-changes', 'spot'];

function weight({ findings }: Judged): number {
  const { error, note, warning } = countBySeverity(findings);
  return error * 10_000 + warning * 100 + note;
}

function summary(audit: Audit): string {
  const { judged } = audit;
  const count = (verdict: Verdict) => judged.filter((each) => each.verdict === verdict).length;
  const parts = (['spot', 'after-changes', 'off-spot'] as const).map((verdict) => ({
    verdict,
    workloads: count(verdict),
  }));
  const counts = countBySeverity(allFindings(audit));
  const bar = parts
    .filter(({ workloads }) => workloads > 0)
    .map(
      ({ verdict, workloads }) =>
        `<i class="${verdict}" style="flex-grow:${workloads}" title="${workloads} ${VERDICT_WORDS[verdict]}"></i>`,
    );
  const tiles = parts.map(
    ({ verdict, workloads }) =>
      `<div class="tile"><b class="${verdict}">${workloads}</b><span>${VERDICT_WORDS[verdict]}</span></div>`,
  );
  return `<section class="sum"><div class="tiles">${tiles.join('')}</div><div class="bar">${bar.join('')}</div>
<p>${countsInWords(counts)} in ${judged.length} workloads.</p></section>`;
}

function notes({ fleet, notices }: Audit): string {
  const lines = [
    ...notices,
    ...fleet.unread.map(({ reason, resource }) => `${resource} not looked at: ${reason}`),
  ];
  return lines.length > 0
    ? `<ul class="notes">${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`
    : '';
}

function filters(): string {
  const buttons = ORDER.map(
    (verdict) => `<button type="button" data-show="${verdict}">${VERDICT_WORDS[verdict]}</button>`,
  );
  return `<nav><button type="button" data-show="" class="on">all</button>${buttons.join('')}</nav>`;
}

function workloadHtml({ findings, verdict, workload }: Judged): string {
  const { part, place, pods, ref, spot } = workload;
  const facts = [
    `${pods} ${pods === 1 ? 'pod' : 'pods'}`,
    ...(workload.gpus > 0 ? [`${workload.gpus} GPU${workload.gpus === 1 ? '' : 's'} each`] : []),
    SPOT_WORDS[spot],
    ...(workload.madeBy ? [`made by ${workload.madeBy}`] : []),
    ...(place ? [`${place.file}:${place.line}`] : []),
  ];
  return `<section class="card workload" data-verdict="${verdict}"><h2><span class="name">${escapeHtml(nameOf(ref, part))}</span>
<span class="badge ${verdict}">${VERDICT_WORDS[verdict]}</span></h2>
<p class="facts">${facts.map(escapeHtml).join(' · ')}</p>${findings.map((each) => findingHtml(each, false)).join('\n')}</section>`;
}

function findingHtml(finding: Finding, namesObject: boolean): string {
  const { about, ignored, patch, rule, severity, why } = finding;
  const level = ignored ? 'ignored' : severity;
  const object = namesObject ? `<b>${escapeHtml(nameOf(about.ref))}</b>: ` : '';
  const reason = ignored ? ` <em>Ignored: ${escapeHtml(ignored.reason ?? 'no reason given')}.</em>` : '';
  const change = ignored
    ? ''
    : `<details><summary>Change</summary><pre>${escapeHtml(commandOf(patch))}</pre></details>`;
  return `<div class="finding"><span class="level ${level}">${level}</span><div><p>${object}${escapeHtml(why)}. <code>${rule}</code>${reason}</p>${change}</div></div>`;
}

/** Shows one verdict or all; without scripts everything is shown. */
const SCRIPT = `
const buttons = document.querySelectorAll('nav button');
for (const button of buttons) button.addEventListener('click', () => {
  for (const each of buttons) each.classList.toggle('on', each === button);
  for (const card of document.querySelectorAll('.workload'))
    card.hidden = button.dataset.show !== '' && card.dataset.verdict !== button.dataset.show;
});`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
