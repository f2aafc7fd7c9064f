import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { AwsCallError } from '../../../functions/errors.ts';
import { ask } from '../../aws/ask.ts';
import { REVERT_DRIFT } from '../../aws/redeploy.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** The one table can be read and written. */
export const tableCheck: Check<Patient> = {
  name: 'table',
  look: async ({ aws: { dynamo }, region, stack }): Promise<Finding[]> => {
    const name = stack.table ?? '';
    const about = `table ${name}`;
    const problem = await problemOf();
    if (!problem) return [{ type: 'ok', about, detail: 'active' }];
    const remedy = `aws dynamodb describe-table --region ${region} --table-name ${name}; where it is gone, ${REVERT_DRIFT}, without its incidents`;
    return [{ type: 'wrong', about, problem, remedy }];

    async function problemOf(): Promise<string | undefined> {
      if (name === '') return 'the stack has no output that names it';
      try {
        const { Table } = await ask({ action: 'dynamodb:DescribeTable', on: about, region }, (options) =>
          dynamo.send(new DescribeTableCommand({ TableName: name }), options),
        );
        const status = Table?.TableStatus;
        return status === 'ACTIVE' || status === 'UPDATING' ? undefined : `its status is ${status}`;
      } catch (error) {
        if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException')
          return 'it was deleted past the stack';
        throw error;
      }
    }
  },
};
