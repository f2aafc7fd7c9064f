import type { Message } from '../../functions/notify/message/blocks.ts';
import { escapeHtml, messageHtml } from './slack-html.ts';

/** One conversation to look at. */
export interface Shown {
  readonly name: string;
  readonly about: string;
  readonly messages: readonly Message[];
  readonly at: Date;
}

/** Every conversation twice: as wide as a desktop channel, and as narrow as a phone. One file, nothing loaded. */
export function previewPage(shown: readonly Shown[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>spot-responder: Slack messages</title><style>${STYLE}</style></head><body>
<header><h1>Slack messages</h1><p>Every kind of message, rendered from the sample events. The JSON beside this page
goes into Slack's Block Kit Builder.</p>
<nav>${shown.map(({ name }) => `<a href="#${name}">${escapeHtml(name)}</a>`).join(' ')}</nav></header>
<main>${shown.map(showConversation).join('\n')}</main>
<script>for (const each of document.querySelectorAll('time.date')) {
  const at = new Date(each.dateTime);
  each.title = at.toString();
}</script></body></html>
`;
}

function showConversation({ name, about, messages, at }: Shown): string {
  const [parent, ...replies] = messages;
  const thread =
    replies.length > 0
      ? `<div class="thread"><div class="replies">${replies.length === 1 ? '1 reply' : `${replies.length} replies`}</div>${replies.map((reply) => messageHtml(reply, at)).join('\n')}</div>`
      : '';
  const channel = `${parent ? messageHtml(parent, at) : ''}${thread}`;
  return `<section id="${name}" class="case"><h2>${escapeHtml(name)}</h2><p class="about">${escapeHtml(about)}</p>
<div class="views"><div class="desktop">${channel}</div><div class="phone">${channel}</div></div></section>`;
}

const STYLE = `
:root { color-scheme: light; --ink: #1d1c1d; --grey: #616061; --line: #dddddd; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.47 Lato, "Helvetica Neue", Arial, sans-serif; color: var(--ink); background: #f4f4f6; }
header, main { max-width: 1180px; margin: 0 auto; padding: 16px 20px; }
h1 { margin: 8px 0 4px; font-size: 28px; } h2 { margin: 0; font-size: 18px; }
nav { display: flex; flex-wrap: wrap; gap: 6px; } nav a { padding: 2px 10px; border-radius: 12px; background: #fff; border: 1px solid var(--line); text-decoration: none; font-size: 13px; }
a { color: #1264a3; }
.case { margin: 0 0 36px; scroll-margin-top: 12px; } .about { margin: 2px 0 10px; color: var(--grey); }
.views { display: grid; grid-template-columns: minmax(0, 1fr) 360px; gap: 24px; align-items: start; }
.desktop, .phone { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; overflow-wrap: anywhere; }
.phone { border-radius: 26px; border-width: 6px; border-color: #33313a; padding: 14px 12px; font-size: 15px; }
.message { display: flex; gap: 10px; padding: 6px 0; }
.avatar { flex: 0 0 36px; height: 36px; border-radius: 8px; background: #3f0e40; display: grid; place-items: center; font-size: 18px; }
.body { min-width: 0; flex: 1; } .by { display: flex; gap: 6px; align-items: baseline; }
.by time { color: var(--grey); font-size: 12px; }
.app { font-size: 10px; font-weight: 700; color: var(--grey); background: #e8e8e8; border-radius: 2px; padding: 0 3px; }
.section { margin: 4px 0; } .context { margin: 6px 0 2px; color: var(--grey); font-size: 13px; }
h3 { margin: 6px 0; font-size: 18px; } hr { border: 0; border-top: 1px solid var(--line); }
code { font: 12px/1.5 Monaco, Menlo, Consolas, monospace; padding: 2px 3px 1px; border: 1px solid rgba(29,28,29,.13); border-radius: 3px; background: rgba(29,28,29,.04); color: #c01343; }
.mention { background: #fdf4dc; border-radius: 3px; padding: 0 2px; color: #1264a3; }
.thread { margin: 6px 0 0 46px; border-left: 3px solid var(--line); padding-left: 12px; } .phone .thread { margin-left: 16px; }
.replies { color: #1264a3; font-size: 13px; font-weight: 700; } .broadcast { color: var(--grey); font-size: 13px; }
.thread .avatar { flex-basis: 24px; height: 24px; font-size: 12px; border-radius: 5px; }
@media (max-width: 860px) { .views { grid-template-columns: minmax(0, 1fr); } .desktop { display: none; } .phone { max-width: 390px; } }
`;
