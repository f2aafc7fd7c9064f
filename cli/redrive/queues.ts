import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { AwsCallError, ConfigurationError } from '../../functions/errors.ts';
import { ask } from '../aws/ask.ts';
import { forwardingRules } from '../aws/forwarding.ts';
import { openSqs } from '../aws/sqs.ts';
import type { DeployedStack } from '../aws/stack.ts';
import type { QueueAt } from './mailbox.ts';

/** A dead-letter queue by the name that a person gives it: `responder`, `runs`, or the region that could not forward. */
export interface DeadLetterQueue {
  readonly name: string;
  readonly at: QueueAt;
}

/** Of the notices that Slack did not take. */
export const SLACK = 'slack';
const RESPONDER = 'responder';
/** Of the schedules, that failed. */
const RUNS = 'runs';

/** A region whose queue was not found does not keep the others waiting; `unseen` hears of it. */
export type OnUnseen = (region: string, error: AwsCallError | ConfigurationError) => void;

/**
 * The queues with letters to be judged one by one: those that `name` means, all of them without one.
 *
 * @throws ConfigurationError when there is none of that name, or the stack is an older version's; AwsCallError.
 */
export async function findQueues(
  stack: DeployedStack,
  name: string | undefined,
  unseen: OnUnseen,
): Promise<readonly DeadLetterQueue[]> {
  const { extraRegions, queues, region } = stack;
  const sqs = openSqs({ region });
  const home = Object.entries({ [RESPONDER]: queues?.deadLetters, [RUNS]: queues?.failedRuns }).flatMap(
    ([own, url]) => (url === undefined ? [] : [{ name: own, at: { sqs, url, region } }]),
  );
  const names = [...home.map((each) => each.name), ...extraRegions, SLACK];
  if (name === SLACK) return [];
  if (!queues)
    throw new ConfigurationError(
      `--stack ${stack.name}: it does not say where its queues are. Deploy this version of it: npm run build && npx cdk deploy`,
    );
  if (name !== undefined && !names.includes(name))
    throw new ConfigurationError(`There is no queue ${name}; there are ${names.join(', ')}.`);
  const regions = extraRegions.filter((each) => name === undefined || each === name);
  const forwarding = await Promise.all(
    regions.map((each) =>
      queuesOfRegion(stack, each).catch((error) => {
        const isExpected = error instanceof AwsCallError || error instanceof ConfigurationError;
        if (name !== undefined || !isExpected) throw error;
        unseen(each, error);
        return [];
      }),
    ),
  );
  return [...home.filter((each) => name === undefined || name === each.name), ...forwarding.flat()];
}

async function queuesOfRegion(stack: DeployedStack, region: string): Promise<readonly DeadLetterQueue[]> {
  const rules = await forwardingRules(new EventBridgeClient({ region }), stack, region);
  const arns = new Set(rules.flatMap(({ deadLetters }) => deadLetters ?? []));
  const sqs = openSqs({ region });
  return Promise.all(
    [...arns].map(async (arn) => {
      const [account, queue] = arn.split(':').slice(-2);
      const question = { action: 'sqs:GetQueueUrl', on: `queue ${queue}`, region };
      const command = new GetQueueUrlCommand({ QueueName: queue, QueueOwnerAWSAccountId: account });
      const { QueueUrl: url = '' } = await ask(question, (options) => sqs.send(command, options));
      return { name: region, at: { sqs, url, region } };
    }),
  );
}
