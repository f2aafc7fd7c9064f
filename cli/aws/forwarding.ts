import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { ConfigurationError } from '../../functions/errors.ts';
import { ask } from './ask.ts';
import type { DeployedStack } from './stack.ts';

/** A rule of another region that sends its events to our bus. */
export interface ForwardingRule {
  readonly name: string;
  readonly state: string;
  /** JSON, as EventBridge has it. */
  readonly pattern: string;
  /** ARN of the queue for what could not be forwarded. */
  readonly deadLetters?: string;
}

/**
 * The rules of `region` that have our bus as their target, whatever stack made them.
 *
 * @throws AwsCallError; ConfigurationError for a stack of an older version.
 */
export async function forwardingRules(
  events: EventBridgeClient,
  stack: DeployedStack,
  region: string,
): Promise<readonly ForwardingRule[]> {
  const bus = busArn(stack);
  const question = (operation: string, on: string) => ({ action: `events:${operation}`, on, region });
  const names: string[] = [];
  let next: string | undefined;
  do {
    const command = new ListRuleNamesByTargetCommand({ TargetArn: bus, ...(next && { NextToken: next }) });
    const page = await ask(question('ListRuleNamesByTarget', bus), (options) =>
      events.send(command, options),
    );
    names.push(...(page.RuleNames ?? []));
    next = page.NextToken;
  } while (next);
  return Promise.all(
    names.map(async (name) => {
      const about = `rule ${name}`;
      const rule = await ask(question('DescribeRule', about), (options) =>
        events.send(new DescribeRuleCommand({ Name: name }), options),
      );
      const { Targets = [] } = await ask(question('ListTargetsByRule', about), (options) =>
        events.send(new ListTargetsByRuleCommand({ Rule: name }), options),
      );
      const deadLetters = Targets.find(({ Arn }) => Arn === bus)?.DeadLetterConfig?.Arn;
      const { EventPattern: pattern = '{}', State: state = 'unknown' } = rule;
      return { name, state, pattern, ...(deadLetters && { deadLetters }) };
    }),
  );
}

/** `arn:aws:iam::111122223333:role/…` → `arn:aws:events:REGION:111122223333:event-bus/NAME` */
function busArn({ bus, name, region, roles: [role] }: DeployedStack): string {
  const [, partition, , , account] = role?.arn.split(':') ?? [];
  if (bus !== undefined && partition && account)
    return `arn:${partition}:events:${region}:${account}:event-bus/${bus}`;
  throw new ConfigurationError(
    `--stack ${name}: it does not say the name of its bus. Deploy this version of it: npm run build && npx cdk deploy`,
  );
}
