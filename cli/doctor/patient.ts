import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EKSClient } from '@aws-sdk/client-eks';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../functions/clock.ts';
import type { DeployedStack } from '../aws/stack.ts';
import type { StackResource } from '../aws/stack-resources.ts';
import type { WayIn } from '../way-in.ts';

/** The deployment that is looked at, and what to look with. */
export interface Patient {
  /** Where the stack is. */
  readonly region: string;
  readonly stack: DeployedStack;
  readonly resources: readonly StackResource[];
  readonly clock: Clock;
  readonly aws: {
    readonly cloudFormation: CloudFormationClient;
    readonly dynamo: DynamoDBClient;
    readonly events: EventBridgeClient;
    readonly lambda: LambdaClient;
    readonly scheduler: SchedulerClient;
    readonly sqs: SQSClient;
  };
  /** The stack's own region first. */
  readonly places: readonly Place[];
  /** @default the notifier's, else Slack's own */
  readonly slackApiUrl?: string;
}

/** A region that the deployment serves: its clusters and groups. */
export interface Place {
  readonly region: string;
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
}

/** One enrolled cluster of it. */
export interface ClusterPatient extends Patient {
  readonly cluster: string;
  /** Where it is. */
  readonly place: Place;
  readonly wayIn: WayIn;
}
