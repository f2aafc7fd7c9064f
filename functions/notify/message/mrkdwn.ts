/** Slack's mark-up: every text from outside passes through one of these, so that nothing in it is read as mark-up. */

/** Slack reads `&`, `<` and `>` as control characters everywhere, and nothing else. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Free text of any length and origin, on one line. Cut before it is escaped, so that no entity is cut in two. */
export function say(text: string, longest = 500): string {
  return escapeText(clip(text.replaceAll(/\s+/g, ' ').trim(), longest));
}

export function code(text: string): string {
  return `\`${escapeText(clip(text.replaceAll('`', "'"), 330))}\``;
}

export function link(url: string, label: string): string {
  return `<${url.replaceAll('|', '%7C').replaceAll('>', '%3E')}|${escapeText(label)}>`;
}

/** A time of day in the reader's own time zone. */
export function timeOfDay(at: Date): string {
  return localTime(at, '{time_secs}', `${at.toISOString().slice(11, 19)} UTC`);
}

/** A day and time in the reader's own time zone, for what is not within minutes. */
export function dayAndTime(at: Date): string {
  return localTime(
    at,
    '{date_short_pretty} {time}',
    `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  );
}

function localTime(at: Date, format: string, fallback: string): string {
  return `<!date^${Math.floor(at.getTime() / 1000)}^${format}|${fallback}>`;
}

export function clip(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/** The same text without mark-up, for a terminal. */
export function toPlain(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<!(here|channel|everyone)>/g, '@$1')
    .replaceAll(/<https?:[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/(^|[\s(])\*([^*\n]+)\*/g, '$1$2')
    .replaceAll(/(^|[\s(])_([^_\n]+)_/g, '$1$2')
    .replaceAll('`', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
