import { isDeepStrictEqual } from 'node:util';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { forwardedPatterns } from '../../../infra/forwarded-patterns.ts';
import { ask } from '../../aws/ask.ts';
import { type ForwardingRule, forwardingRules } from '../../aws/forwarding.ts';
import { WITH_ALL_SETTINGS } from '../../aws/redeploy.ts';
import { openSqs } from '../../aws/sqs.ts';
import type { DeployedStack } from '../../aws/stack.ts';
import { examine } from '../examine.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Each extra region forwards every kind of event to our bus, and nothing lies where what it could not forward ends. */
export const forwardingCheck: Check<Patient> = {
  name: 'extra regions',
  look: async ({ stack }) => {
    if (stack.extraRegions.length === 0)
      return [{ type: 'ok', about: 'extra regions', detail: `none: only ${stack.region} is served` }];
    // One that does not answer takes nothing from the others.
    const look = (region: string) => examine({ name: region, look: () => lookAt(stack, region) }, undefined);
    return (await Promise.all(stack.extraRegions.map(look))).flat();
  },
};

async function lookAt(stack: DeployedStack, region: string): Promise<readonly Finding[]> {
  const rules = await forwardingRules(new EventBridgeClient({ region }), stack, region);
  const wrong = [...wrongRules(rules, region), ...(await deadLetters(rules, region))];
  const detail = `all ${Object.keys(forwardedPatterns).length} kinds of events forwarded to ${stack.region}`;
  return wrong.length > 0 ? wrong : [{ type: 'ok', about: region, detail }];
}

function wrongRules(rules: readonly ForwardingRule[], region: string): Finding[] {
  const off = rules.filter(({ state }) => state !== 'ENABLED');
  const patterns = rules.map(({ pattern }): unknown => JSON.parse(pattern));
  const missing = Object.entries(forwardedPatterns)
    .filter(([, wanted]) => !patterns.some((pattern) => isDeepStrictEqual(pattern, plain(wanted))))
    .map(([name]) => name);
  const remedy = `npx cdk deploy SpotResponder-${region} --revert-drift, ${WITH_ALL_SETTINGS}`;
  return [
    ...off.map(
      ({ name, state }): Finding => ({
        type: 'wrong',
        about: `${region}: rule ${name}`,
        problem: `it is ${state}: its events reach nobody`,
        remedy: `aws events enable-rule --region ${region} --name ${name}`,
      }),
    ),
    ...rules
      .filter(({ deadLetters }) => deadLetters === undefined)
      .map(
        ({ name }): Finding => ({
          type: 'wrong',
          about: `${region}: rule ${name}`,
          problem: 'what it cannot forward is lost: its target has no dead-letter queue',
          remedy,
        }),
      ),
    ...(missing.length > 0
      ? [
          {
            type: 'wrong' as const,
            about: region,
            problem: `no rule forwards ${missing.join(', ')}: interruptions there reach nobody`,
            remedy,
          },
        ]
      : []),
  ];
}

/** As it comes out of JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function deadLetters(rules: readonly ForwardingRule[], region: string): Promise<Finding[]> {
  const sqs = openSqs({ region });
  const arns = [...new Set(rules.flatMap((rule) => rule.deadLetters ?? []))];
  const findings = await Promise.all(
    arns.map(async (arn): Promise<Finding | undefined> => {
      const [account, name] = arn.split(':').slice(-2);
      const about = `${region}: queue ${name}`;
      const question = (operation: string) => ({ action: `sqs:${operation}`, on: `queue ${name}`, region });
      const { QueueUrl } = await ask(question('GetQueueUrl'), (options) =>
        sqs.send(new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }), options),
      );
      const { Attributes = {} } = await ask(question('GetQueueAttributes'), (options) =>
        sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
          options,
        ),
      );
      const messages = Number(Attributes.ApproximateNumberOfMessages ?? 0);
      if (messages === 0) return undefined;
      const problem = `about ${messages} events could not be forwarded`;
      return { type: 'wrong', about, problem, remedy: `spot-responder redrive ${region}` };
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}
