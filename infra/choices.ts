import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { ConfigurationError } from '../functions/errors.ts';
import type { Settings } from './config.ts';

/** Settings that belong together, made by one of the factories below. */
export type Choice = Partial<Settings>;

/** What is done on a rebalance recommendation, which often comes to nothing. */
export const Rebalance = {
  /** People are told where they asked for it; training is asked to save. */
  tell: (): Choice => ({ onRebalance: 'tell' }),
  /** No new pods; taken back when no interruption follows. */
  cordon: ({ takenBackAfterMinutes }: { readonly takenBackAfterMinutes?: number } = {}): Choice => ({
    onRebalance: 'cordon',
    ...(takenBackAfterMinutes !== undefined && { rebalanceCordonMinutes: takenBackAfterMinutes }),
  }),
  /** As on an interruption, but never past a disruption budget. */
  drain: (): Choice => ({ onRebalance: 'drain' }),
};

/** What is done on a scheduled change of AWS Health, which is days away. */
export const ScheduledChange = {
  tell: (): Choice => ({ onScheduledChange: 'tell' }),
  cordon: (lead: Lead = {}): Choice => ({ onScheduledChange: 'cordon', ...minutesOf(lead) }),
  drain: (lead: Lead = {}): Choice => ({ onScheduledChange: 'drain', ...minutesOf(lead) }),
};

interface Lead {
  /** So long before the change. @default 120 */
  readonly leadMinutes?: number;
}

function minutesOf({ leadMinutes }: Lead): Choice {
  return leadMinutes === undefined ? {} : { scheduledChangeLeadMinutes: leadMinutes };
}

/** Whom interruptions are told. The events are on our own bus in any case. */
export const Slack = {
  nobody: (): Choice => ({}),
  /** A bot token in the secret: one message an incident, kept up to date. `channel` is the channel's id. */
  bot: ({ channel, secretName, ...more }: SlackBot): Choice => ({
    slackSecret: secretName,
    slackChannel: channel,
    ...more,
  }),
  /** Webhooks in the secret, by name: messages cannot be changed later, so there are more of them. */
  webhooks: ({ secretName, webhook, ...more }: SlackWebhooks): Choice => ({
    slackSecret: secretName,
    ...(webhook !== undefined && { slackChannel: webhook }),
    ...more,
  }),
};

interface SlackMore
  extends Pick<
    Choice,
    | 'accountNames'
    | 'slackApiUrl'
    | 'slackDigestTimeZone'
    | 'slackMentionFrom'
    | 'slackRoutes'
    | 'slackTellRebalances'
    | 'slackWeeklyDigest'
    | 'slackWindowSeconds'
  > {
  /** Of the secret in Secrets Manager, or `ssm:` and the name of a SecureString parameter; never its value. */
  readonly secretName: string;
}

interface SlackBot extends SlackMore {
  readonly channel: string;
}

interface SlackWebhooks extends SlackMore {
  /** For what no route claims. @default default */
  readonly webhook?: string;
}

/** How the functions that speak to clusters reach them. */
export const Network = {
  /** Clusters with a public endpoint. */
  outside: (): Choice => ({}),
  /** Clusters with a private endpoint: inside this VPC, which must have the endpoints of `VPC_ENDPOINTS` or a NAT. */
  inVpc: ({ securityGroups, subnets }: InVpc): Choice => {
    if (subnets.length === 0 || securityGroups.length === 0)
      throw new ConfigurationError(
        'Network.inVpc: subnets and securityGroups must each have one at least; without a VPC, take Network.outside().',
      );
    return {
      subnetIds: subnets.map(({ subnetId }) => subnetId),
      securityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId),
    };
  },
};

interface InVpc {
  readonly subnets: readonly ISubnet[];
  /** The clusters' own security groups must let these in at port 443. */
  readonly securityGroups: readonly ISecurityGroup[];
}

/** What the functions call from inside a VPC. DynamoDB and S3 (for checkpoint markers) have gateways, which cost nothing. */
export const VPC_ENDPOINTS = ['dynamodb', 'sqs', 'events', 'ec2', 'eks', 'autoscaling', 's3'] as const;
