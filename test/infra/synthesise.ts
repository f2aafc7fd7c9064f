import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { vi } from 'vitest';
import { ForwardingStack } from '../../infra/forwarding-stack.ts';
import { type GivenSettings, readSettings } from '../../infra/read-settings.ts';
import type { SpotResponderProps } from '../../infra/spot-responder.ts';
import { SpotResponderStack } from '../../infra/spot-responder-stack.ts';

/** A template is some seconds' work; the first one of a process a minute's, on a busy machine. */
vi.setConfig({ testTimeout: 180_000 });

/** The functions' code takes seconds to build, and no test of the template needs it. */
export const notBuilt = () => Code.fromInline('// built elsewhere');

/** Settings that between them deploy all that there is. */
export const everything = {
  slackSecret: 'slack',
  checkpointMarkers: 's3://bucket/prefix',
  drills: 'true',
  launchInstances: 'true',
  subnetIds: 'subnet-0a1b2c3d',
  securityGroupIds: 'sg-0a1b2c3d',
  homeRegion: 'us-east-2',
  extraRegions: 'eu-west-1',
};

/** The home stack with these settings, as the bundled app makes it. */
export function synthesise(given: GivenSettings = {}): Template {
  return synthesiseProps({ settings: readSettings(given) });
}

function synthesiseProps(props: SpotResponderProps): Template {
  return Template.fromStack(new SpotResponderStack(new App(), 'Test', { code: notBuilt, ...props }));
}

/** The stack of an extra region. */
export function synthesiseForwarding(region: string, homeRegion = 'us-east-2'): Template {
  return Template.fromStack(new ForwardingStack(new App(), 'Test', { homeRegion, env: { region } }));
}
