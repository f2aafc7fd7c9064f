import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DetailType, SCHEMA_VERSION, SOURCE, schemas } from '../../functions/announce/schema.ts';

const folder = new URL('../../events/announced/', import.meta.url);
const samples = readdirSync(folder).map((name) => {
  const event = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>;
  return { name, event, detailType: event['detail-type'] as DetailType };
});
const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');

test('every detail-type has a sample', () => {
  expect(new Set(samples.map(({ detailType }) => detailType))).toEqual(new Set(Object.keys(schemas)));
});

test.each(samples)('the sample $name fits its schema', ({ event, detailType }) => {
  expect(event.source).toBe(SOURCE);
  expect(event.detail).toMatchObject({ schemaVersion: SCHEMA_VERSION });
  expect(schemas[detailType].safeParse(event.detail).error?.issues ?? []).toEqual([]);
});

describe('the documented page', () => {
  const fields = Object.entries(schemas).flatMap(([detailType, schema]) =>
    Object.keys(schema.def.shape).map((field) => ({ detailType, field })),
  );

  test.each(fields)('names $field of $detailType', ({ detailType, field }) => {
    expect(page).toContain(detailType);
    expect(page).toContain(`\`${field}\``);
  });

  test('says which version it describes', () => {
    expect(page).toContain(`\`schemaVersion\` is ${SCHEMA_VERSION}`);
  });
});
