import { SETTINGS } from './config.ts';

/** Every setting, as a Markdown table: what docs/settings.md shows. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, { fallback, mayBe, what }]) => {
    const isNothing = fallback === undefined || (Array.isArray(fallback) && fallback.length === 0);
    const byDefault = isNothing
      ? 'none'
      : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
    return `| \`${name}\` | ${what} | ${mayBe} | ${byDefault} |`;
  });
  return ['| Setting | Meaning | May be | Default |', '|---|---|---|---|', ...rows].join('\n');
}

/** `text` with what stands between the markers of `name` replaced by `table`. */
export function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`There are no markers ${begin} … ${end}.`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}
