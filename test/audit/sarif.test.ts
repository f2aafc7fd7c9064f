import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { sarifReport } from '../../audit/report/sarif.ts';
import { RULES } from '../../audit/rules/registry.ts';
import { auditFiles } from './scene.ts';

/** The schema of OASIS, unchanged (github.com/oasis-tcs/sarif-spec). */
const schema = 'test/audit/sarif-schema-2.1.0.json';

async function validate(report: object) {
  const {
    $schema: _draft,
    id: _id,
    ...definition
  } = JSON.parse(await readFile(schema, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  return { valid: ajv.validate(definition, JSON.parse(JSON.stringify(report))), errors: ajv.errors };
}

test('findings of every rule are valid SARIF', async () => {
  const report = sarifReport(await auditFiles('test/audit/rules'), RULES, '0.1.0');
  expect(await validate(report)).toEqual({ valid: true, errors: null });
});

test('an empty run is valid SARIF, a run without a driver is not', async () => {
  const report = sarifReport(await auditFiles('examples/manifests'), RULES, '0.1.0');
  expect(await validate(report)).toEqual({ valid: true, errors: null });
  expect(await validate({ version: '2.1.0', runs: [{ tool: {} }] })).toMatchObject({ valid: false });
});

test('a suppression carries its reason, and a result its file and line', async () => {
  const report = JSON.stringify(sarifReport(await auditFiles('test/audit/ignored.yaml'), RULES, '0.1.0'));
  expect(report).toContain('"suppressions":[{"kind":"inSource","justification":"a cache, may be away"}]');
  expect(report).toContain('{"artifactLocation":{"uri":"test/audit/ignored.yaml"},"region":{"startLine":2}}');
});
