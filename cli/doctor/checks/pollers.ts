import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { unlessGone } from './unless-gone.ts';

/** Lambda reads every queue for its function: second looks, notices for Slack, the fallback's nudges. */
export const pollersCheck: Check<Patient> = {
  name: 'pollers',
  look: async (patient) => {
    const ids = patient.resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
    const findings = await Promise.all(ids.map(({ physicalId }) => lookAt(patient, physicalId)));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return [{ type: 'ok', about: 'Lambda', detail: `${ids.length} queues are read` }];
  },
};

/** On their way from or to something else, also when they are first made. */
const WELL = new Set(['Enabled', 'Enabling', 'Creating', 'Updating']);

async function lookAt({ aws, region }: Patient, uuid: string): Promise<Finding | undefined> {
  const about = `event source mapping ${uuid}`;
  return unlessGone(about, async () => {
    const { EventSourceArn = '', State = 'unknown' } = await ask(
      { action: 'lambda:GetEventSourceMapping', on: about, region },
      (options) => aws.lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }), options),
    );
    if (WELL.has(State)) return undefined;
    return {
      type: 'wrong',
      about,
      problem: `it is ${State}: nobody reads the queue ${EventSourceArn.split(':').at(-1)}`,
      remedy: `aws lambda update-event-source-mapping --region ${region} --uuid ${uuid} --enabled`,
    };
  });
}
