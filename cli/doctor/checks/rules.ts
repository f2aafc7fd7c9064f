import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { ask } from '../../aws/ask.ts';
import { REVERT_DRIFT } from '../../aws/redeploy.ts';
import type { StackResource } from '../../aws/stack-resources.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { unlessGone } from './unless-gone.ts';

/** Every rule is there, switched on, and has somewhere to send to. */
export const rulesCheck: Check<Patient> = {
  name: 'rules',
  look: async (patient) => {
    const rules = patient.resources.filter(({ type }) => type === 'AWS::Events::Rule');
    const findings = await Promise.all(rules.map((rule) => lookAt(patient, rule)));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return [{ type: 'ok', about: 'EventBridge', detail: `${rules.length} rules enabled, all with targets` }];
  },
};

async function lookAt(
  { aws: { events }, region }: Patient,
  { physicalId }: StackResource,
): Promise<Finding | undefined> {
  // Of a bus of one's own, CloudFormation's id of a rule is `bus|name`.
  const [name = '', bus = 'default'] = physicalId.split('|').reverse();
  const about = `rule ${name}`;
  const at = `--region ${region} --event-bus-name ${bus}`;
  const key = { Name: name, EventBusName: bus };
  return unlessGone(about, async () => {
    const { State } = await ask({ action: 'events:DescribeRule', on: about, region }, (options) =>
      events.send(new DescribeRuleCommand(key), options),
    );
    if (State !== 'ENABLED')
      return {
        type: 'wrong',
        about,
        problem: `it is ${State}: its events reach nobody`,
        remedy: `aws events enable-rule ${at} --name ${name}`,
      };
    const { Targets = [] } = await ask({ action: 'events:ListTargetsByRule', on: about, region }, (options) =>
      events.send(new ListTargetsByRuleCommand({ Rule: name, EventBusName: bus }), options),
    );
    if (Targets.length > 0) return undefined;
    return { type: 'wrong', about, problem: 'it has no targets', remedy: REVERT_DRIFT };
  });
}
