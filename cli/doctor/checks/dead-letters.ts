import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { plural } from '../../../functions/notify/message/words.ts';
import { DEAD_NOTICES_QUEUE } from '../../../functions/notify/queue-names.ts';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Nothing lies where what could not be handled ends, and few runs where those of the schedules do that failed. */
export const deadLettersCheck: Check<Patient> = {
  name: 'dead letters',
  look: (patient) =>
    Promise.all([
      ...urlsOf(patient, 'DeadLetter').map((url) => lookAt(patient, url)),
      ...urlsOf(patient, 'FailedRuns').map((url) => lookAtRuns(patient, url)),
    ]),
};

function urlsOf({ resources }: Patient, part: string): readonly string[] {
  return resources
    .filter(({ logicalId, type }) => type === 'AWS::SQS::Queue' && logicalId.includes(part))
    .map(({ physicalId }) => physicalId);
}

/** As many as their alarms ring at. One now and then is made up for by the next. */
const MANY_RUNS = 3;

async function lookAtRuns(patient: Patient, url: string): Promise<Finding> {
  const about = `queue ${nameOf(url)}`;
  const runs = await countMessages(patient, url);
  if (runs === 0) return { type: 'ok', about, detail: 'empty' };
  const asks = `spot-responder redrive runs --dry-run --region ${patient.region}`;
  if (runs < MANY_RUNS)
    return {
      type: 'ok',
      about,
      detail: `${plural(runs, 'scheduled run')} failed within a day; ${asks} says why`,
    };
  const remedy = `${asks} says why; without --dry-run it throws them away`;
  return { type: 'wrong', about, problem: `about ${runs} scheduled runs failed within a day`, remedy };
}

async function lookAt(patient: Patient, url: string): Promise<Finding> {
  const name = nameOf(url);
  const about = `queue ${name}`;
  const messages = await countMessages(patient, url);
  if (messages === 0) return { type: 'ok', about, detail: 'empty' };
  const whose = name === DEAD_NOTICES_QUEUE ? 'slack' : 'responder';
  const remedy = `spot-responder redrive ${whose} --region ${patient.region} shows them, asks, and sends again what is not too late`;
  return { type: 'wrong', about, problem: `about ${messages} events could not be handled`, remedy };
}

async function countMessages({ aws: { sqs }, region }: Patient, url: string): Promise<number> {
  const question = { action: 'sqs:GetQueueAttributes', on: `queue ${nameOf(url)}`, region };
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  const { Attributes = {} } = await ask(question, (options) => sqs.send(command, options));
  return Number(Attributes.ApproximateNumberOfMessages ?? 0);
}

function nameOf(url: string): string {
  return url.split('/').at(-1) ?? url;
}
