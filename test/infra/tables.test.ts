import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentedTemplates } from '../../infra/documented-templates.ts';
import { permissionsOf, permissionsTable } from '../../infra/permissions.ts';
import { settingsTable, withTable } from '../../infra/tables.ts';
import { everything, synthesise } from './synthesise.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const settings = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
const { more, usual } = documentedTemplates();
const permissions = permissionsOf(usual);

test('docs/settings.md has the settings, and what more they allow, as they are; npm run docs:tables brings it up to date', () => {
  expect(settings).toBe(withTable(settings, 'settings', settingsTable()));
  expect(settings).toBe(withTable(settings, 'permissions', permissionsTable(usual, more)));
});

test('README.md has the permissions as they are; npm run docs:tables brings it up to date', () => {
  expect(readme).toBe(withTable(readme, 'permissions', permissionsTable(usual)));
});

/** Reads, and what names its one object by a token or a tag of its own: all else changes capacity. */
const HARMLESS =
  /:(Describe|List|Get|Batch|Query)|^autoscaling:(CompleteLifecycleAction|RecordLifecycleActionHeartbeat)$/;
/**
 * Lambda's own interfaces in a VPC; a refusal of capacity, whose conditions name AWS FIS's action and the groups; what Auto Scaling
 * does beneath LaunchInstances, which is bound itself, and without ec2:RunInstances launches nothing by another way.
 */
const OTHERWISE_BOUND = /NetworkInterface|PrivateIpAddresses$|^ec2:(InjectApiError|CreateFleet)$/;

test('every action that scales, interrupts or terminates is bound to a tag', () => {
  const all = permissionsOf(synthesise(everything).toJSON() as never);
  expect(all.flatMap(({ actions }) => actions)).not.toContain('ec2:RunInstances');
  const changes = (action: string) =>
    /^(autoscaling|ec2|eks):/.test(action) && !HARMLESS.test(action) && !OTHERWISE_BOUND.test(action);
  const changing = all.filter(({ actions }) => actions.some(changes));
  expect([...new Set(changing.flatMap(({ actions }) => actions))].sort()).toEqual([
    'autoscaling:LaunchInstances',
    'autoscaling:SetDesiredCapacity',
    'autoscaling:TerminateInstanceInAutoScalingGroup',
    'ec2:SendSpotInstanceInterruptions',
  ]);
  for (const { condition } of changing) expect(JSON.stringify(condition)).toContain('aws:ResourceTag/');
});

test('no permission has a wildcard in its actions, and each row of the table is bound to its own partitions', () => {
  for (const { actions, condition } of permissions) {
    expect(actions.join()).not.toContain('*');
    if (actions.some((action) => action.startsWith('dynamodb:')))
      expect(JSON.stringify(condition)).toContain('dynamodb:LeadingKeys');
  }
});
