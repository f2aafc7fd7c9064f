import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { execa } from 'execa';
import { ForwardingStack } from '../../infra/forwarding-stack.ts';
import { type GivenSettings, readSettings } from '../../infra/read-settings.ts';
import { SpotResponderStack } from '../../infra/spot-responder-stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Stands in for the bundles: of a function's code a template holds no more than where its archive lies. */
const anyCode = () => Code.fromAsset(join(root, 'events'));

const topics = ['us-east-2', 'eu-west-1'].map((region) => `arn:aws:sns:${region}:111122223333:alarms`);

/** Every setting that changes what is deployed, alone and with the others. */
const HOME_VARIANTS: Readonly<Record<string, GivenSettings>> = {
  Bare: {},
  Slack: { slackSecret: 'slack', slackDigestTimeZone: 'Europe/Berlin', alarmTopic: topics[0] },
  Parameter: { slackSecret: 'ssm:/spot-responder/slack' },
  Drills: {
    drills: 'true',
    scaleTaggedGroupsOnly: 'true',
    slackSecret: 'slack',
    slackApiUrl: 'https://slack-gov.com/api/',
  },
  Vpc: { subnetIds: 'subnet-0a1b2c3d,subnet-4e5f6a7b', securityGroupIds: 'sg-0a1b2c3d' },
  Everything: {
    slackSecret: 'slack',
    drills: 'true',
    keepTable: 'true',
    dashboard: 'false',
    checkpointMarkers: 's3://bucket/prefix',
    subnetIds: 'subnet-0a1b2c3d',
    securityGroupIds: 'sg-0a1b2c3d',
    homeRegion: 'us-east-2',
    extraRegions: 'eu-west-1',
    alarmTopic: topics.join(','),
  },
};

/** Writes the templates into `folder`; returns their files. */
export async function synthesiseVariants(folder: string): Promise<readonly string[]> {
  const app = new App({ outdir: folder });
  for (const [name, given] of Object.entries(HOME_VARIANTS))
    new SpotResponderStack(app, name, { code: anyCode, settings: readSettings(given) });
  new ForwardingStack(app, 'Forwarding', { homeRegion: 'us-east-2', alarmTopic: topics[1] ?? '' });
  app.synth();
  await execa(process.execPath, [join(root, 'examples/cdk/app.ts')]);
  return [...Object.keys(HOME_VARIANTS), 'Forwarding']
    .map((name) => join(folder, `${name}.template.json`))
    .concat(join(root, 'cdk.out/node-groups/NodeGroups.template.json'));
}
