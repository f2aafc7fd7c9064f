import type { KnownBlock } from '@slack/types';
import type { Message } from '../../functions/notify/message/blocks.ts';

/** One message as Slack would show it: the blocks and the mark-up that our messages use, no more. */
export function messageHtml(message: Message, at: Date): string {
  const time = at.toISOString().slice(11, 16);
  const shown = message.broadcast ? '<div class="broadcast">replied to a thread</div>' : '';
  return `<article class="message"><div class="avatar" aria-hidden="true">⚡</div><div class="body">
<div class="by"><b>spot-responder</b><span class="app">APP</span><time>${time}</time></div>${shown}
${message.blocks.map(blockHtml).join('\n')}</div></article>`;
}

function blockHtml(block: KnownBlock): string {
  switch (block.type) {
    case 'section':
      return `<p class="section">${mrkdwnHtml(block.text?.text ?? '')}</p>`;
    case 'context':
      return `<p class="context">${block.elements.map((each) => ('text' in each ? mrkdwnHtml(each.text) : '')).join(' ')}</p>`;
    case 'header':
      return `<h3>${escapeHtml(block.text.text)}</h3>`;
    case 'divider':
      return '<hr>';
    default:
      throw new RangeError(`the preview cannot show a block of type ${block.type}`);
  }
}

/** The text is already escaped for Slack, which is what HTML needs too, apart from quotes. */
function mrkdwnHtml(text: string): string {
  return text
    .replaceAll('"', '&quot;')
    .replaceAll(/<!date\^(\d+)\^[^|>]*\|([^>]*)>/g, (_, seconds: string, fallback: string) =>
      dateHtml(seconds, fallback),
    )
    .replaceAll(/<!(here|channel)>/g, '<span class="mention">@$1</span>')
    .replaceAll(/<(https?:[^|>]*)\|([^>]*)>/g, '<a href="$1">$2</a>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll(/(^|[\s(])\*([^*\n]+)\*/g, '$1<b>$2</b>')
    .replaceAll('\n', '<br>');
}

/** Slack shows the reader's own time zone; the page does so with a line of script. */
function dateHtml(seconds: string, fallback: string): string {
  return `<time class="date" datetime="${new Date(Number(seconds) * 1000).toISOString()}">${fallback}</time>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
