import type { Physical } from '../template/intrinsics.ts';
import type { Template } from '../template/template.ts';

/** Where the stack's resources are here: names are their logical ids where the template gives none. */
export function localNames(
  template: Template,
  {
    account,
    endpoint,
    region,
  }: { readonly account: string; readonly endpoint: string; readonly region: string },
): Physical & { nameOf(id: string): string } {
  const byId = new Map(template.resources.map((each) => [each.id, each]));
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'SpotResponder',
  };
  const nameOf = (id: string) => {
    const { properties = {}, type = '' } = byId.get(id) ?? {};
    const given = NAME_FIELDS.map((field) => properties[field]).find((name) => typeof name === 'string');
    return typeof given === 'string' && type !== '' ? given : id;
  };
  const arnOf = (id: string) => {
    const type = byId.get(id)?.type ?? '';
    return `arn:aws:${ARNS[type]?.(`${region}:${account}`, nameOf(id)) ?? `local:${region}:${account}:${id}`}`;
  };
  return {
    nameOf,
    ref: (id) => {
      const parameter = pseudo[id];
      if (parameter !== undefined) return parameter;
      if (byId.get(id)?.type === 'AWS::SQS::Queue') return `${endpoint}/${account}/${nameOf(id)}`;
      return nameOf(id);
    },
    attribute: (id, name) => (name.endsWith('Name') ? nameOf(id) : arnOf(id)),
  };
}

const NAME_FIELDS = ['QueueName', 'TableName', 'Name', 'FunctionName', 'LogGroupName', 'RoleName'];

const ARNS: Readonly<Record<string, (place: string, name: string) => string>> = {
  'AWS::SQS::Queue': (place, name) => `sqs:${place}:${name}`,
  'AWS::Lambda::Function': (place, name) => `lambda:${place}:function:${name}`,
  'AWS::DynamoDB::GlobalTable': (place, name) => `dynamodb:${place}:table/${name}`,
  'AWS::Events::EventBus': (place, name) => `events:${place}:event-bus/${name}`,
  'AWS::Events::Rule': (place, name) => `events:${place}:rule/${name}`,
  'AWS::IAM::Role': (place, name) => `iam::${place.split(':')[1]}:role/${name}`,
};
