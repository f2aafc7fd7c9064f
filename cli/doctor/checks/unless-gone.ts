import { AwsCallError } from '../../../functions/errors.ts';
import { REVERT_DRIFT } from '../../aws/redeploy.ts';
import type { Finding } from '../finding.ts';

/** What a look at a resource of the stack finds; that it is not there any more is a finding too. */
export async function unlessGone(
  about: string,
  look: () => Promise<Finding | undefined>,
): Promise<Finding | undefined> {
  try {
    return await look();
  } catch (error) {
    const isGone = error instanceof AwsCallError && error.code === 'ResourceNotFoundException';
    if (!isGone) throw error;
    return { type: 'wrong', about, problem: 'it was deleted past the stack', remedy: REVERT_DRIFT };
  }
}
