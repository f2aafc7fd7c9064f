import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { POLICY_OPTIONS, type PolicyOptions } from './policy-options.ts';
import { SpotResponderStack } from './spot-responder-stack.ts';

/** `npm run synth`: the account and region are those of whoever deploys; nothing is looked up. */
const app = new App({ outdir: fileURLToPath(new URL('../cdk.out', import.meta.url)) });
new SpotResponderStack(app, 'SpotResponder', {
  description: 'Spot interruption responder for EKS',
  responderCode: built('respond'),
  indexerCode: built('index-nodes'),
  fallbackCode: built('fallback'),
  notifierCode: built('notify'),
  ...slackOf(app),
  ...markersOf(app),
  policy: policyOf(app),
});
app.synth();

/**
 * `-c slackSecret=NAME -c slackChannel=C0123456789`; without a secret nobody is told in Slack. `-c slackWeeklyDigest=false`
 * leaves out the digest.
 */
function slackOf({ node }: App) {
  const secretName: unknown = node.tryGetContext('slackSecret');
  const channel: unknown = node.tryGetContext('slackChannel');
  if (typeof secretName !== 'string') return {};
  const weeklyDigest = String(node.tryGetContext('slackWeeklyDigest')) !== 'false';
  return { slack: { secretName, weeklyDigest, ...(typeof channel === 'string' && { channel }) } };
}

/** `-c checkpointMarkers=s3://bucket/prefix`: where training jobs write their markers. */
function markersOf({ node }: App) {
  const place: unknown = node.tryGetContext('checkpointMarkers');
  return typeof place === 'string' ? { checkpointMarkers: place } : {};
}

/** `-c onRebalance=cordon -c scheduledChangeLeadMinutes=240`: any of `PolicyOptions`. */
function policyOf({ node }: App): PolicyOptions {
  const given = POLICY_OPTIONS.map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function built(handler: string): Code {
  return Code.fromAsset(fileURLToPath(new URL(`../dist/${handler}`, import.meta.url)));
}
