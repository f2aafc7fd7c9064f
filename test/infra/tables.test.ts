import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { permissionsOf, permissionsTable } from '../../infra/permissions.ts';
import { settingsTable, withTable } from '../../infra/tables.ts';
import { synthesise } from './synthesise.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const template = synthesise({ slackSecret: 'SECRET', checkpointMarkers: 's3://bucket/prefix' }).toJSON();
const permissions = permissionsOf(template as Parameters<typeof permissionsOf>[0]);

test('README.md has the settings as they are; npm run docs:tables brings it up to date', () => {
  expect(readme).toBe(withTable(readme, 'settings', settingsTable()));
});

test('README.md has the permissions as they are; npm run docs:tables brings it up to date', () => {
  expect(readme).toBe(withTable(readme, 'permissions', permissionsTable(template as never)));
});

test('every action that scales or terminates is bound to a tag', () => {
  const changes =
    /^autoscaling:(Set|Terminate|Launch|Update|Attach|Detach)|^ec2:(Run|Terminate|Stop|Start|CreateFleet)|^eks:Update/;
  const changing = permissions.filter(({ actions }) => actions.some((action) => changes.test(action)));
  expect(changing.length).toBeGreaterThan(0);
  for (const { condition } of changing) expect(JSON.stringify(condition)).toContain('aws:ResourceTag/');
});

test('no permission has a wildcard in its actions, and each row of the table is bound to its own partitions', () => {
  for (const { actions, condition } of permissions) {
    expect(actions.join()).not.toContain('*');
    if (actions.some((action) => action.startsWith('dynamodb:')))
      expect(JSON.stringify(condition)).toContain('dynamodb:LeadingKeys');
  }
});
