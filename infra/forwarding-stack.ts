import { Duration, Stack, type StackProps, Token } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as BusTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ConfigurationError } from '../functions/errors.ts';
import { SETTINGS } from './config.ts';
import { ForwardingAlarms } from './constructs/alarms.ts';
import { rulePattern } from './constructs/event-rules.ts';
import { failureQueue, openToRules } from './constructs/private-queue.ts';
import { forwardedPatterns } from './forwarded-patterns.ts';
import { checkTopic } from './read-settings.ts';
import { BUS_NAME } from './spot-responder.ts';

export interface ForwardingStackProps extends StackProps {
  /** Where the responder runs; its own bus takes the events. */
  readonly homeRegion: string;
  /** ARN of an SNS topic of this region. @default the alarm only shows in CloudWatch */
  readonly alarmTopic?: string;
}

/**
 * An extra region: rules that forward its events to the responder in the home region, and an alarm for those that could not be. AWS delivers events
 * to the default bus of their own region only, and a bus is the only target in another one.
 */
export class ForwardingStack extends Stack {
  constructor(scope: Construct, id: string, props: ForwardingStackProps) {
    super(scope, id, {
      description: 'Forwards interruptions to spot-responder in its home region',
      ...props,
    });
    const { account, partition } = this;
    checkPlaces(props, this.region);
    const home = `arn:${partition}:events:${props.homeRegion}:${account}:event-bus/${BUS_NAME}`;
    const deadLetterQueue = failureQueue(this, 'DeadLetters', Duration.days(14), 'the rules');
    new ForwardingAlarms(this, 'Alarms', deadLetterQueue, props.alarmTopic);
    const role = new Role(this, 'ForwarderRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    const target = new BusTarget(EventBus.fromEventBusArn(this, 'Home', home), {
      deadLetterQueue: openToRules(deadLetterQueue),
      role,
    });
    for (const [name, pattern] of Object.entries(forwardedPatterns))
      new Rule(this, `Rule-${name}`, {
        description: `spot-responder: ${name}, to ${props.homeRegion}`,
        eventPattern: rulePattern(pattern),
        targets: [target],
      });
  }
}

/** @throws ConfigurationError of one line. */
function checkPlaces({ alarmTopic, homeRegion }: ForwardingStackProps, region: string): void {
  SETTINGS.homeRegion.read('homeRegion', homeRegion);
  SETTINGS.alarmTopic.read('alarmTopic', alarmTopic);
  if (Token.isUnresolved(region)) return;
  if (homeRegion === region)
    throw new ConfigurationError(
      `homeRegion is ${region}, where this stack is too; the responder hears of it without forwarding.`,
    );
  if (alarmTopic) checkTopic(alarmTopic, region);
}
