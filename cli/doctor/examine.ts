import { AwsCallError, ClusterError, ConfigurationError } from '../../functions/errors.ts';
import { missingPermission } from '../aws/ask.ts';
import type { Check, Finding } from './finding.ts';

/** One check's findings; what keeps it from looking is a finding too. */
export async function examine<Patient>(
  { look, name }: Check<Patient>,
  patient: Patient,
): Promise<readonly Finding[]> {
  try {
    return await look(patient);
  } catch (error) {
    const isExpected =
      error instanceof AwsCallError || error instanceof ClusterError || error instanceof ConfigurationError;
    if (!isExpected) throw error;
    const permission = missingPermission(error);
    return [{ type: 'not-seen', about: name, reason: error.message, ...(permission && { permission }) }];
  }
}
