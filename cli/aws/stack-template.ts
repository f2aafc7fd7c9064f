import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { parse } from 'yaml';
import * as z from 'zod';
import { ask } from './ask.ts';
import { regionOf } from './region.ts';

/** A rule's target as the stack's template has it. */
export interface WantedTarget {
  /** Logical id of the function or queue. */
  readonly logicalId: string;
  /** Whether what it does not take is kept. */
  readonly isKept: boolean;
}

/**
 * The targets of each rule, by the rule's logical id: those that are a function or a queue of the stack itself.
 *
 * @throws AwsCallError
 */
export async function readWantedTargets(
  client: CloudFormationClient,
  stack: string,
): Promise<ReadonlyMap<string, readonly WantedTarget[]>> {
  const region = await regionOf(client);
  const question = { action: 'cloudformation:GetTemplate', on: `stack ${stack}`, region };
  const { TemplateBody = '{}' } = await ask(question, (options) =>
    client.send(new GetTemplateCommand({ StackName: stack }), options),
  );
  // JSON as CDK writes it; a tool in between may have made YAML of it, which JSON is too.
  const { Resources } = template.parse(parse(TemplateBody));
  return new Map(
    Object.entries(Resources).flatMap(([id, { Properties, Type }]) =>
      Type === 'AWS::Events::Rule' ? [[id, targetsOf(Properties)] as const] : [],
    ),
  );
}

const template = z.object({
  Resources: z
    .record(z.string(), z.object({ Type: z.string(), Properties: z.unknown().optional() }))
    .default({}),
});
const rule = z.object({
  Targets: z.array(z.object({ Arn: z.unknown(), DeadLetterConfig: z.unknown().optional() })).default([]),
});
const arnOfOwn = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });

function targetsOf(properties: unknown): readonly WantedTarget[] {
  return rule.parse(properties ?? {}).Targets.flatMap(({ Arn, DeadLetterConfig }) => {
    const own = arnOfOwn.safeParse(Arn);
    return own.success
      ? [{ logicalId: own.data['Fn::GetAtt'][0], isKept: DeadLetterConfig !== undefined }]
      : [];
  });
}
