import { expect, test } from 'vitest';
import { everything, synthesise, synthesiseForwarding } from './synthesise.ts';

/** Of one policy of a queue: more is refused at deployment. */
const MOST_STATEMENTS = 20;
const MOST_BYTES = 8_192;

test.each([
  ['nothing set', synthesise],
  ['everything', () => synthesise(everything)],
  ['many regions', () => synthesise({ ...everything, extraRegions: 'eu-west-1,eu-central-1,ap-south-1' })],
  ['an extra region', () => synthesiseForwarding('eu-west-1')],
] as const)('with %s, the policy of no queue outgrows what SQS takes', (_, make) => {
  const policies = Object.values(make().findResources('AWS::SQS::QueuePolicy'));
  expect(policies.length).toBeGreaterThan(0);
  for (const { Properties } of policies) {
    const { Statement } = Properties.PolicyDocument;
    expect(Statement.length).toBeLessThanOrEqual(MOST_STATEMENTS / 2);
    // References are longer than what they become.
    expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(MOST_BYTES);
  }
});

test('every queue that a rule sends to, or leaves what it cannot deliver in, lets the rules of this account in, and nobody else’s', () => {
  const template = synthesise(everything);
  const rules = Object.values(template.findResources('AWS::Events::Rule'));
  const targets = rules.flatMap(({ Properties }) => Properties.Targets);
  const reached = new Set(
    targets
      .flatMap(({ Arn, DeadLetterConfig }) => [Arn, DeadLetterConfig?.Arn])
      .map((arn) => arn?.['Fn::GetAtt']?.[0])
      .filter((id) => template.toJSON().Resources[id]?.Type === 'AWS::SQS::Queue'),
  );
  const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
  expect(reached.size).toBeGreaterThanOrEqual(4);
  for (const id of reached) {
    const own = policies.filter(({ Properties }) =>
      Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === id),
    );
    const open = own
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect, Principal }) => Effect === 'Allow' && Principal.Service === 'events.amazonaws.com');
    expect(open.length).toBeGreaterThan(0);
    for (const { Condition } of open) expect(JSON.stringify(Condition)).toMatch(/aws:SourceArn/);
  }
});
