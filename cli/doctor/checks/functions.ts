import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ask } from '../../aws/ask.ts';
import { WITH_ALL_SETTINGS } from '../../aws/redeploy.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { unlessGone } from './unless-gone.ts';

/** Every function can be invoked, with the code of its last deployment. */
export const functionsCheck: Check<Patient> = {
  name: 'functions',
  look: async (patient) => {
    const names = functionsOf(patient);
    const findings = await Promise.all(names.map((name) => lookAt(patient, name)));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return [
      { type: 'ok', about: 'Lambda', detail: `${names.length} functions active, last update successful` },
    ];
  },
};

export function functionsOf({ resources }: Pick<Patient, 'resources'>): string[] {
  return resources.filter(({ type }) => type === 'AWS::Lambda::Function').map(({ physicalId }) => physicalId);
}

async function lookAt({ aws, region }: Patient, name: string): Promise<Finding | undefined> {
  const about = `function ${name}`;
  return unlessGone(about, async () => {
    const { LastUpdateStatus, LastUpdateStatusReason, State, StateReason } = await ask(
      { action: 'lambda:GetFunctionConfiguration', on: about, region },
      (options) => aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }), options),
    );
    // An idle function of a VPC is started by its next event, a second or two later.
    const isUsable = State === 'Active' || State === 'Inactive';
    if (!isUsable) return wrong(about, `its state is ${State} (${StateReason ?? 'no reason given'})`);
    if (LastUpdateStatus === 'Failed')
      return wrong(about, `its last update failed (${LastUpdateStatusReason ?? 'no reason given'})`);
    return undefined;
  });
}

function wrong(about: string, problem: string): Finding {
  return { type: 'wrong', about, problem, remedy: `npm run build && npx cdk deploy, ${WITH_ALL_SETTINGS}` };
}
