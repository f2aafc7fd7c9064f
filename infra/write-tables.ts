import { readFile, writeFile } from 'node:fs/promises';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { permissionsTable } from './permissions.ts';
import { SpotResponderStack } from './spot-responder-stack.ts';
import { settingsTable, withTable } from './tables.ts';

/** `npm run docs:tables`: brings the tables of README.md and docs/settings.md up to date with the template and the settings. */
const readme = new URL('../README.md', import.meta.url);
const settings = new URL('../docs/settings.md', import.meta.url);
const stack = new SpotResponderStack(new App(), 'SpotResponder', {
  code: () => Code.fromInline('//'),
  settings: { slackSecret: 'ssm:/spot-responder/slack', checkpointMarkers: 's3://bucket/prefix' },
});
const template = Template.fromStack(stack).toJSON() as Parameters<typeof permissionsTable>[0];
await writeFile(settings, withTable(await readFile(settings, 'utf8'), 'settings', settingsTable()));
await writeFile(readme, withTable(await readFile(readme, 'utf8'), 'permissions', permissionsTable(template)));
