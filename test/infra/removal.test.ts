import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { synthesise, synthesiseForwarding } from './synthesise.ts';

interface Kept {
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

const everything = {
  slackSecret: 'slack',
  drills: 'true',
  homeRegion: 'us-east-2',
  extraRegions: 'eu-west-1',
};

/** What CloudFormation leaves in the account, by type. */
function leftBy(template: ReturnType<typeof synthesise>): readonly string[] {
  const { Resources } = template.toJSON();
  return Object.values<Kept & { readonly Type: string }>(Resources)
    .filter(({ DeletionPolicy }) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete')
    .map(({ Type }) => Type);
}

test('cdk destroy leaves nothing of the home stack, nor of an extra region', () => {
  expect(leftBy(synthesise(everything))).toEqual([]);
  expect(leftBy(synthesiseForwarding('eu-west-1'))).toEqual([]);
});

test('but the table, where that is asked for', () => {
  expect(leftBy(synthesise({ ...everything, keepTable: 'true' }))).toEqual(['AWS::DynamoDB::GlobalTable']);
});

test('nothing makes what CloudFormation does not know: every log group is its own, and no bucket, key or secret is made', () => {
  const { Resources } = synthesise(everything).toJSON();
  const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
  const count = (type: string) => types.filter((each) => each === type).length;
  expect(count('AWS::Logs::LogGroup')).toBe(count('AWS::Lambda::Function'));
  expect(types.filter((type) => /^(AWS::(S3|KMS|SecretsManager)|Custom)::/.test(type))).toEqual([]);
});

test('docs/deploy.md says so', () => {
  const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  expect(text).toContain('the table where `keepTable` is true');
});
