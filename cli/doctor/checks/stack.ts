import { WITH_ALL_SETTINGS } from '../../aws/redeploy.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** An update that failed and was rolled back leaves a whole stack; one that could not be rolled back does not. */
const SOUND = /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/;

export const stackCheck: Check<Patient> = {
  name: 'stack',
  look: async ({ stack: { name, region, status } }): Promise<Finding[]> => {
    const about = name;
    if (SOUND.test(status)) return [{ type: 'ok', about, detail: status }];
    if (status.endsWith('_IN_PROGRESS'))
      return [{ type: 'not-seen', about, reason: `it is being changed (${status}); look again afterwards` }];
    const problem = `CloudFormation says ${status}`;
    const remedy = `aws cloudformation describe-stack-events --region ${region} --stack-name ${name}, then npx cdk deploy, ${WITH_ALL_SETTINGS}`;
    return [{ type: 'wrong', about, problem, remedy }];
  },
};
