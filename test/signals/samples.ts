import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../events/', import.meta.url);

/** Every file of `events/` by its name without `.json`. */
export const samples: Readonly<Record<string, unknown>> = Object.fromEntries(
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(file, folder), 'utf8'))]),
);

/** A sample with some of its `detail` replaced; `undefined` takes a field away. */
export function withDetail(name: string, changes: Record<string, unknown>): unknown {
  return withFields(name, {
    detail: { ...Object(Reflect.get(Object(samples[name]), 'detail')), ...changes },
  });
}

/** A sample with some of its top-level fields replaced; `undefined` takes a field away. */
export function withFields(name: string, changes: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify({ ...Object(samples[name]), ...changes }));
}
