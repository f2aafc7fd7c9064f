export const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --link: #1a5fb4; --warn: #8a4b08; --ink: #1c2330; --grey: #5d6776; --line: #dde2ea; --good: #1d7a6d; --change: #b3640f; --off: #b3263a; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { margin: 0; font-size: 28px; } .about { margin: 2px 0 18px; color: var(--grey); overflow-wrap: anywhere; }
.sum, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 0 0 14px; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; }
.tile b { display: block; font-size: 34px; line-height: 1.1; } .tile span { color: var(--grey); }
.bar { display: flex; gap: 2px; height: 12px; margin: 14px 0 10px; border-radius: 6px; overflow: hidden; }
.sum p { margin: 0; color: var(--grey); }
b.spot { color: var(--good); } b.after-changes { color: var(--change); } b.off-spot { color: var(--off); }
i.spot { background: var(--good); } i.after-changes { background: #e0923c; } i.off-spot { background: var(--off); }
nav { display: flex; flex-wrap: wrap; gap: 6px; margin: 18px 0 12px; }
nav button { font: inherit; font-size: 13px; padding: 3px 12px; border: 1px solid var(--line); border-radius: 14px; background: var(--card); color: var(--ink); cursor: pointer; }
nav button.on { background: var(--ink); color: var(--card); }
h2 { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; justify-content: space-between; margin: 0; font-size: 16px; }
.name { overflow-wrap: anywhere; } .facts { margin: 2px 0 0; color: var(--grey); font-size: 13px; overflow-wrap: anywhere; }
.badge { font-size: 12px; font-weight: 600; padding: 1px 9px; border-radius: 10px; white-space: nowrap; }
.badge.spot { background: #e0f3f0; color: var(--good); } .badge.after-changes { background: #fdf0df; color: var(--warn); } .badge.off-spot { background: #fbe4e7; color: var(--off); }
.finding { display: grid; grid-template-columns: 66px minmax(0, 1fr); gap: 10px; border-top: 1px solid var(--line); margin-top: 12px; padding-top: 10px; }
.finding p { margin: 0; } code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; color: var(--grey); white-space: nowrap; }
.level { font-size: 12px; font-weight: 600; padding-top: 2px; } .level.error { color: var(--off); } .level.warning { color: var(--warn); } .level.note, .level.ignored { color: var(--grey); }
summary { cursor: pointer; color: var(--link); font-size: 13px; margin-top: 4px; }
pre { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; margin: 6px 0 0; overflow-x: auto; }
.notes { color: var(--grey); font-size: 13px; padding-left: 18px; overflow-wrap: anywhere; } .workload[hidden] { display: none; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12161d; --card: #1b212b; --link: #7fb2f0; --warn: #e6a35a; --ink: #e6e9ef; --grey: #9aa5b5; --line: #333b48; --good: #5cc4b4; --change: #e6a35a; --off: #f07a8c; }
  .badge.spot { background: #16332f; } .badge.after-changes { background: #3a2a17; } .badge.off-spot { background: #3d1f26; }
}
@media (max-width: 520px) { .finding { grid-template-columns: minmax(0, 1fr); gap: 0; } .tile b { font-size: 26px; } .tile span { font-size: 13px; } }
`;
