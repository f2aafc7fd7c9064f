import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { AwsCallError, ConfigurationError, messageOf } from '../../../functions/errors.ts';
import { channelsIn, DEFAULT_CHANNEL, parseRoutes } from '../../../functions/notify/settings.ts';
import type { SlackAccess } from '../../../functions/notify/slack/access.ts';
import { askChannel, askSlack } from '../../../functions/notify/slack/introduce.ts';
import { slackSecret } from '../../../functions/notify/slack/secret.ts';
import { placeOf } from '../../../functions/notify/slack/secret-place.ts';
import { LyingOpenError } from '../../../functions/notify/slack/stored-parameter.ts';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { functionsOf } from './functions.ts';

/** The notifier's secret can be read and holds something for Slack, Slack takes it, and every channel is open to it. */
export const slackCheck: Check<Patient> = {
  name: 'Slack',
  look: async (patient): Promise<Finding[]> => {
    const notifier = await findNotifier(patient);
    if (!notifier)
      return [
        { type: 'ok', about: 'Slack', detail: 'not configured: nobody is told; the events are on the bus' },
      ];
    const { place } = notifier;
    const { clock, region } = patient;
    const about = `secret ${place}`;
    try {
      const secret = slackSecret({ aws: { region }, place, clock });
      const access = await secret.read();
      const channels = channelsOf(notifier);
      return access.type === 'webhooks'
        ? lookAtWebhooks(access, channels, about)
        : await lookAtBot(access, channels, notifier, patient);
    } catch (error) {
      const command = mendingCommand(error, place, region);
      if (command === undefined) throw error;
      const problem = messageOf(error);
      return [{ type: 'wrong', about, problem, remedy: `docs/slack.md, set-up: ${command}` }];
    }
  },
};

const ABSENT = /^(ResourceNotFoundException|ParameterNotFound)$/;

interface NotifierSeen {
  /** As `secret-place.ts` reads it. */
  readonly place: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** As the notifier's own environment names it. */
async function findNotifier(patient: Patient): Promise<NotifierSeen | undefined> {
  for (const name of functionsOf(patient)) {
    const variables = await variablesOf(patient, name);
    if (variables.SLACK_SECRET) return { place: variables.SLACK_SECRET, variables };
  }
  return undefined;
}

/** None of a function that is gone: another check tells of that. */
async function variablesOf(patient: Patient, name: string): Promise<Readonly<Record<string, string>>> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  try {
    const { Environment } = await ask(
      { action: 'lambda:GetFunctionConfiguration', on: `function ${name}`, region: patient.region },
      (options) => patient.aws.lambda.send(command, options),
    );
    return Environment?.Variables ?? {};
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return {};
    throw error;
  }
}

function channelsOf({ variables: { SLACK_CHANNEL = DEFAULT_CHANNEL, SLACK_ROUTES = '[]' } }: NotifierSeen) {
  return channelsIn({ channel: SLACK_CHANNEL, routes: parseRoutes('SLACK_ROUTES', SLACK_ROUTES) });
}

function lookAtWebhooks(
  { urls }: Extract<SlackAccess, { type: 'webhooks' }>,
  channels: readonly string[],
  about: string,
): Finding[] {
  const missing = channels.filter((name) => !Object.hasOwn(urls, name));
  if (missing.length === 0)
    return [
      { type: 'ok', about, detail: `${channels.length} webhooks; spot-responder notify --test tries them` },
    ];
  const problem = `it holds no webhook named ${missing.join(', ')}`;
  return [
    { type: 'wrong', about, problem, remedy: 'docs/slack.md, set-up: {"webhooks": {"NAME": "https://…"}}' },
  ];
}

async function lookAtBot(
  access: Extract<SlackAccess, { type: 'bot' }>,
  channels: readonly string[],
  { place, variables }: NotifierSeen,
  { region, slackApiUrl = variables.SLACK_API_URL }: Patient,
): Promise<Finding[]> {
  const about = `secret ${place}`;
  const deps = { ...access, ...(slackApiUrl && { apiUrl: slackApiUrl }) };
  const known = await askSlack(deps);
  if (known.type === 'known') {
    const token: Finding = { type: 'ok', about, detail: `Slack knows the token as ${known.name}` };
    return [token, ...(await Promise.all(channels.map((channel) => lookAtChannel(deps, channel))))];
  }
  if (known.type === 'away') return [{ type: 'not-seen', about: 'Slack', reason: known.reason }];
  const remedy = `put a valid bot token into it: ${putCommand(place, region)}; then spot-responder notify --test --secret ${place}`;
  return [{ type: 'wrong', about, problem: `Slack refuses the token: ${known.reason}`, remedy }];
}

async function lookAtChannel(deps: Parameters<typeof askChannel>[0], channel: string): Promise<Finding> {
  const about = `channel ${channel}`;
  const answer = await askChannel(deps, channel);
  switch (answer.type) {
    case 'open':
      return { type: 'ok', about, detail: 'the bot is in it' };
    case 'away':
      return { type: 'not-seen', about, reason: answer.reason };
    case 'refused':
      return { type: 'wrong', about, problem: answer.reason, remedy: 'docs/slack.md, set-up' };
  }
}

/** Values come from a file: others see a command's arguments, and a shell remembers them. */
function createCommand(place: string, region: string): string {
  const { name, type } = placeOf(place);
  return type === 'secret'
    ? `aws secretsmanager create-secret --region ${region} --name ${name} --secret-string file://slack.json`
    : `aws ssm put-parameter --region ${region} --type SecureString --name ${name} --value file://slack.json`;
}

/** `undefined`: nothing that is stored would mend it. */
function mendingCommand(error: unknown, place: string, region: string): string | undefined {
  if (error instanceof AwsCallError && ABSENT.test(error.code)) return createCommand(place, region);
  if (error instanceof LyingOpenError)
    return `aws ssm delete-parameter --region ${region} --name ${placeOf(place).name}; then ${createCommand(place, region)}`;
  return error instanceof ConfigurationError ? putCommand(place, region) : undefined;
}

function putCommand(place: string, region: string): string {
  const { name, type } = placeOf(place);
  return type === 'secret'
    ? `aws secretsmanager put-secret-value --region ${region} --secret-id ${name} --secret-string file://slack.json`
    : `${createCommand(place, region)} --overwrite`;
}
