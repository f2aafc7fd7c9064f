import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { ask } from '../../aws/ask.ts';
import { REVERT_DRIFT } from '../../aws/redeploy.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { unlessGone } from './unless-gone.ts';

/** What runs each minute, hour and week is switched on. */
export const schedulesCheck: Check<Patient> = {
  name: 'schedules',
  look: async (patient) => {
    const names = patient.resources
      .filter(({ type }) => type === 'AWS::Scheduler::Schedule')
      .map(({ physicalId }) => physicalId);
    const findings = await Promise.all(names.map((name) => lookAt(patient, name)));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return [{ type: 'ok', about: 'Scheduler', detail: `${names.length} schedules enabled` }];
  },
};

async function lookAt({ aws: { scheduler }, region }: Patient, name: string): Promise<Finding | undefined> {
  const about = `schedule ${name}`;
  return unlessGone(about, async () => {
    const { State } = await ask({ action: 'scheduler:GetSchedule', on: about, region }, (options) =>
      scheduler.send(new GetScheduleCommand({ Name: name }), options),
    );
    if (State === 'ENABLED') return undefined;
    return wrong(about, `it is ${State}: its function runs no more`);
  });
}

/** There is no call that only switches one on: an update has to say all of it again. */
function wrong(about: string, problem: string): Finding {
  const remedy = `enable it in the console of EventBridge Scheduler; ${REVERT_DRIFT}`;
  return { type: 'wrong', about, problem, remedy };
}
