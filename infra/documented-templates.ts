import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ForwardingStack } from './forwarding-stack.ts';
import type { permissionsTable } from './permissions.ts';
import { type GivenSettings, readSettings } from './read-settings.ts';
import { SpotResponderStack } from './spot-responder-stack.ts';

type Documented = Parameters<typeof permissionsTable>[0];

const USUAL = { slackSecret: 'ssm:/spot-responder/slack', checkpointMarkers: 's3://bucket/prefix' };
const REGION = 'us-east-2';
const MORE = {
  slackSecret: 'slack',
  subnetIds: 'subnet-0a1b2c3d',
  securityGroupIds: 'sg-0a1b2c3d',
  drills: 'true',
  launchInstances: 'true',
};

/** What the documents show the permissions of: the stack as README.md has it deployed, and what other settings add. */
export function documentedTemplates(): { readonly usual: Documented; readonly more: readonly Documented[] } {
  const forwarding = new ForwardingStack(new App(), 'Extra', { homeRegion: REGION });
  return { usual: home(USUAL), more: [home(MORE), read(forwarding)] };
}

function home(given: GivenSettings): Documented {
  const code = () => Code.fromInline('//');
  return read(new SpotResponderStack(new App(), 'SpotResponder', { code, settings: readSettings(given) }));
}

function read(stack: SpotResponderStack | ForwardingStack): Documented {
  return Template.fromStack(stack).toJSON() as Documented;
}
