import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { functionsOf } from './functions.ts';
import { unlessGone } from './unless-gone.ts';

/** What a new account may run at once: a storm is answered all the same, later. */
const FEW = 10;

/** The account runs our functions: none is held at nothing, and something is left for those that reserve nothing. */
export const concurrencyCheck: Check<Patient> = {
  name: 'concurrency',
  look: async (patient) => {
    const names = functionsOf(patient);
    const findings = await Promise.all(names.map((name) => lookAt(patient, name)));
    const held = findings.filter((finding) => finding !== undefined);
    return [...held, await lookAtAccount(patient)];
  },
};

async function lookAt({ aws, region }: Patient, name: string): Promise<Finding | undefined> {
  const about = `function ${name}`;
  return unlessGone(about, async () => {
    const { ReservedConcurrentExecutions: reserved } = await ask(
      { action: 'lambda:GetFunctionConcurrency', on: about, region },
      (options) => aws.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name }), options),
    );
    if (reserved !== 0) return undefined;
    return {
      type: 'wrong',
      about,
      problem: 'its reserved concurrency is 0: it is never started',
      remedy: `aws lambda delete-function-concurrency --region ${region} --function-name ${name}`,
    };
  });
}

async function lookAtAccount({ aws, region }: Patient): Promise<Finding> {
  const about = `Lambda in ${region}`;
  const { AccountLimit = {} } = await ask(
    { action: 'lambda:GetAccountSettings', on: about, region },
    (options) => aws.lambda.send(new GetAccountSettingsCommand({}), options),
  );
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: free = all } = AccountLimit;
  const more = `aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code L-B99A9384 --desired-value 1000`;
  if (free === 0)
    return {
      type: 'wrong',
      about,
      problem: `all ${all} concurrent runs are reserved for other functions: ours are never started`,
      remedy: `reserve less elsewhere, or ${more}`,
    };
  const hint = free <= FEW ? `; a storm waits for them, so ask for more: ${more}` : '';
  return { type: 'ok', about, detail: `${free} functions may run at once${hint}` };
}
