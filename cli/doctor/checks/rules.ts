import { DescribeRuleCommand } from '@aws-sdk/client-eventbridge';
import { ask } from '../../aws/ask.ts';
import type { StackResource } from '../../aws/stack-resources.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { unlessGone } from './unless-gone.ts';

/** Every rule is there and switched on; where it sends to is another check. */
export const rulesCheck: Check<Patient> = {
  name: 'rules',
  look: async (patient) => {
    const rules = patient.resources.filter(({ type }) => type === 'AWS::Events::Rule');
    const findings = await Promise.all(rules.map((rule) => lookAt(patient, rule)));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return [{ type: 'ok', about: 'EventBridge', detail: `${rules.length} rules enabled` }];
  },
};

async function lookAt(
  { aws: { events }, region }: Patient,
  rule: StackResource,
): Promise<Finding | undefined> {
  const { bus, name } = ruleKey(rule);
  const about = `rule ${name}`;
  return unlessGone(about, async () => {
    const { State } = await ask({ action: 'events:DescribeRule', on: about, region }, (options) =>
      events.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }), options),
    );
    if (State === 'ENABLED') return undefined;
    return {
      type: 'wrong',
      about,
      problem: `it is ${State}: its events reach nobody`,
      remedy: `aws events enable-rule --region ${region} --event-bus-name ${bus} --name ${name}`,
    };
  });
}

/** Of a bus of one's own, CloudFormation's id of a rule is `bus|name`. */
export function ruleKey({ physicalId }: StackResource): { readonly bus: string; readonly name: string } {
  const [name = '', bus = 'default'] = physicalId.split('|').reverse();
  return { bus, name };
}
