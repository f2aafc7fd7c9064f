import * as z from 'zod/mini';
import { parsePlace } from '../functions/checkpoint/marker-place.ts';
import { DEFAULT_CHANNEL, isChannel, routesTo } from '../functions/notify/settings.ts';
import { isPlace, PLACE_FORMS } from '../functions/notify/slack/secret-place.ts';
import { CHOICE_BOUNDS, defaultChoices } from '../functions/respond/policy.ts';
import { account } from '../functions/signals/fields.ts';
import { flag, ids, json, list, oneOf, type Setting, text, wholeNumber } from './setting.ts';

/**
 * Every setting there is: what it does, what it may be, and its default. The bundled app takes them as CDK context (`-c
 * onRebalance=cordon`, or `context` in `cdk.json`); the construct takes them as the props of `SpotResponder`. With none
 * set the deployment works and is safe: it cordons and drains what is certain to go, touches no other pool than those
 * that carry our tag, and tells nobody in Slack.
 */
export const SETTINGS = {
  onRebalance: oneOf(['tell', 'cordon', 'drain'], {
    what: 'on a rebalance recommendation',
    fallback: defaultChoices.onRebalance,
  }),
  rebalanceCordonMinutes: wholeNumber(CHOICE_BOUNDS.rebalanceCordonMinutes, {
    what: 'such a cordon is taken back when no interruption has followed for so long; 0: never',
    fallback: defaultChoices.rebalanceCordonMinutes,
  }),
  rebalanceCheckpointMinutes: wholeNumber(CHOICE_BOUNDS.rebalanceCheckpointMinutes, {
    what: 'on rebalances, a training job is asked to save at most once in so many minutes',
    fallback: defaultChoices.rebalanceCheckpointMinutes,
  }),
  onScheduledChange: oneOf(['tell', 'cordon', 'drain'], {
    what: 'on a scheduled change of AWS Health',
    fallback: defaultChoices.onScheduledChange,
  }),
  scheduledChangeLeadMinutes: wholeNumber(CHOICE_BOUNDS.scheduledChangeLeadMinutes, {
    what: 'so long before the change that is done',
    fallback: defaultChoices.scheduledChangeLeadMinutes,
  }),
  drainSelfManaged: flag({
    what: 'drain nodes of Karpenter and EKS Auto Mode too',
    fallback: defaultChoices.drainSelfManaged,
  }),
  longestDrainMinutes: wholeNumber(CHOICE_BOUNDS.longestDrainMinutes, {
    what: 'a drain that no deadline ends sooner ends after so long',
    fallback: defaultChoices.longestDrainMinutes,
  }),
  kubernetesEvents: flag({ what: 'write Kubernetes Events on nodes and pods', fallback: true }),
  checkpointMarkers: text({
    what: 'below it training jobs write their markers; the responder may read those and nothing else there',
    mayBe: 's3://bucket/prefix, without * ? or $',
    fits: (place) => parsePlace(place) !== undefined,
  }),
  slackSecret: text({
    what: 'where the bot token or the webhooks are kept; without it nobody is told in Slack',
    mayBe: PLACE_FORMS,
    fits: isPlace,
    hushed: true,
  }),
  slackChannel: text({
    what: 'for what no route claims',
    mayBe: 'the id of a channel, or the name of a webhook',
    fits: isChannel,
    fallback: DEFAULT_CHANNEL,
    hushed: true,
  }),
  slackRoutes: json(routesTo(z.string().check(z.refine(isChannel))), {
    what: 'other channels by cluster, namespace or level',
    mayBe: 'a JSON list such as [{"namespace": "training", "channel": "C0123456789"}]',
    fallback: [],
    hushed: true,
  }),
  slackApiUrl: text({
    what: 'of the Web API where it is not Slack’s own: GovSlack has https://slack-gov.com/api/',
    mayBe: 'an https:// address that ends in /',
    fits: (url) => /^https:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)*\/$/.test(url),
    hushed: true,
  }),
  slackMentionFrom: oneOf(['never', 'info', 'warning', 'critical'], {
    what: '@here from this level on',
    fallback: 'never',
  }),
  slackTellRebalances: flag({
    what: 'tell of rebalance recommendations that nothing is done about',
    fallback: false,
  }),
  slackWindowSeconds: wholeNumber(
    { least: 30, most: 900 },
    { what: 'interruptions of one cluster this close share a conversation', fallback: 120 },
  ),
  slackWeeklyDigest: flag({ what: 'a digest of the week, on Mondays at nine', fallback: true }),
  slackDigestTimeZone: text({
    what: 'where it is nine',
    mayBe: 'a time zone such as Europe/Berlin',
    fits: isTimeZone,
    fallback: 'Etc/UTC',
  }),
  accountNames: json(z.record(account, z.string().check(z.minLength(1))), {
    what: 'account ids by the name that people know, for messages',
    mayBe: 'a JSON object such as {"111122223333": "ml-prod"}',
    fallback: {},
    hushed: true,
  }),
  homeRegion: text({
    what: 'where everything runs; needed with extraRegions',
    mayBe: 'a region such as eu-west-1',
    fits: isRegion,
  }),
  extraRegions: list({
    what: 'regions whose clusters are served from the home region; each gets a small stack that forwards its events',
    mayBe: 'regions such as eu-central-1,us-east-2',
    fits: isRegion,
  }),
  scaleTaggedGroupsOnly: flag({
    what: 'IAM lets the fallback change only Auto Scaling groups that carry spot-responder/pool themselves; else also any managed node group’s, and the function itself keeps to pools (docs/fallback.md)',
    fallback: false,
  }),
  launchInstances: flag({
    what: 'IAM lets the fallback launch into groups tagged spot-responder/launch=instances by LaunchInstances, for which AWS asks ec2:CreateFleet of it too; else they are scaled like the others (docs/fallback.md)',
    fallback: false,
  }),
  subnetIds: ids({
    what: 'for clusters with a private endpoint: the functions that speak to clusters run in these subnets',
    mayBe: 'ids such as subnet-0a1b2c3d,subnet-4e5f6a7b',
    fits: (id) => /^subnet-[0-9a-f]{8,17}$/.test(id),
  }),
  securityGroupIds: ids({
    what: 'of those functions; each cluster must let them in at port 443',
    mayBe: 'ids such as sg-0a1b2c3d',
    fits: (id) => /^sg-[0-9a-f]{8,17}$/.test(id),
  }),
  alarmTopic: list({
    what: 'where alarms are sent; without it they only show in CloudWatch. An extra region needs a topic of its own',
    mayBe: 'ARNs of SNS topics, one a region, with commas between them',
    fits: (arn) => /^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/.test(arn),
  }),
  dashboard: flag({ what: 'a CloudWatch dashboard (3 USD a month from the fourth on)', fallback: true }),
  logRetentionDays: oneOf(
    [
      '1',
      '3',
      '5',
      '7',
      '14',
      '30',
      '60',
      '90',
      '120',
      '150',
      '180',
      '365',
      '400',
      '545',
      '731',
      '1827',
      '3653',
    ],
    { what: 'days that the functions’ logs are kept', fallback: '30' },
  ),
  drills: flag({
    what: 'experiment templates of AWS FIS and their role, for spot-responder drill',
    fallback: false,
  }),
  keepTable: flag({
    what: 'leave the table with all incidents in the account when the stack is removed',
    fallback: false,
  }),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** Every setting with its value or its default; those without a default may be absent. */
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['read']> };

function isRegion(name: string): boolean {
  return /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(name);
}

/** By asking, since the list of zones leaves out many names that are taken. Offsets are taken too, and know no summer. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
