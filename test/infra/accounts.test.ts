import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { groupOfAccessEntry } from '../../infra/outputs.ts';
import { synthesise } from './synthesise.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { Outputs, Resources } = synthesise({ slackSecret: 'slack' }).toJSON();

test('the access entry of another account’s role that docs/deploy.md shows is the one that enroll makes and rbac.yaml knows', () => {
  const [, group] = /create-access-entry .*--kubernetes-groups ([\w-]+)/.exec(read('docs/deploy.md')) ?? [];
  const asked = Object.values<{ Description?: string }>(Outputs).map(({ Description = '' }) =>
    groupOfAccessEntry(Description),
  );
  const bound = parseAllDocuments(read('infra/k8s/rbac.yaml'))
    .map((document) => document.toJS())
    .filter(({ kind }) => kind === 'ClusterRoleBinding')
    .flatMap(({ subjects }) => subjects.map(({ name }: { name: string }) => name));
  expect(group).toBeDefined();
  expect(asked).toContain(group);
  expect(bound).toContain(group);
});

test('no role of ours takes on another, and none but AWS’s own services of this account take on ours', () => {
  const roles = Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources);
  for (const { Properties, Type } of roles) {
    if (Type === 'AWS::IAM::Policy') expect(JSON.stringify(Properties)).not.toContain('sts:');
    if (Type !== 'AWS::IAM::Role') continue;
    const { AssumeRolePolicyDocument } = Properties as {
      AssumeRolePolicyDocument: { Statement: { Principal: object }[] };
    };
    for (const { Principal } of AssumeRolePolicyDocument.Statement)
      expect(Object.keys(Principal)).toEqual(['Service']);
  }
});
