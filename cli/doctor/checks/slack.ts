import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ConfigurationError } from '../../../functions/errors.ts';
import { askSlack } from '../../../functions/notify/slack/introduce.ts';
import { slackSecret } from '../../../functions/notify/slack/secret.ts';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { functionsOf } from './functions.ts';

/** The notifier's secret can be read, holds something for Slack, and Slack takes it. */
export const slackCheck: Check<Patient> = {
  name: 'Slack',
  look: async (patient): Promise<Finding[]> => {
    const secretId = await findSecret(patient);
    if (secretId === undefined)
      return [
        { type: 'ok', about: 'Slack', detail: 'not configured: nobody is told; the events are on the bus' },
      ];
    const about = `secret ${secretId}`;
    try {
      const secret = slackSecret({ secrets: patient.aws.secrets, secretId, clock: patient.clock });
      const access = await secret.read();
      if (access.type === 'webhooks')
        return [
          {
            type: 'ok',
            about,
            detail: `${Object.keys(access.urls).length} webhooks; spot-responder notify --test tries them`,
          },
        ];
      const known = await askSlack({
        ...access,
        ...(patient.slackApiUrl && { apiUrl: patient.slackApiUrl }),
      });
      if (known.type === 'known')
        return [{ type: 'ok', about, detail: `Slack knows the token as ${known.name}` }];
      if (known.type === 'away') return [{ type: 'not-seen', about: 'Slack', reason: known.reason }];
      const remedy = `put a valid bot token into it: aws secretsmanager put-secret-value --region ${patient.region} --secret-id ${secretId} --secret-string …; then spot-responder notify --test --secret ${secretId}`;
      return [{ type: 'wrong', about, problem: `Slack refuses the token: ${known.reason}`, remedy }];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return [{ type: 'wrong', about, problem: error.message, remedy: 'docs/slack.md, set-up' }];
    }
  },
};

/** As the notifier's own environment names it. */
async function findSecret(patient: Patient): Promise<string | undefined> {
  for (const name of functionsOf(patient)) {
    const { Environment } = await ask(
      { action: 'lambda:GetFunctionConfiguration', on: `function ${name}`, region: patient.region },
      (options) =>
        patient.aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }), options),
    );
    const secretId = Environment?.Variables?.SLACK_SECRET;
    if (secretId) return secretId;
  }
  return undefined;
}
