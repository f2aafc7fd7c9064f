import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DEAD_NOTICES_QUEUE } from '../../../functions/notify/queue-names.ts';
import { ask } from '../../aws/ask.ts';
import type { Check, Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Nothing lies where what could not be handled ends. */
export const deadLettersCheck: Check<Patient> = {
  name: 'dead letters',
  look: async (patient) => {
    const urls = patient.resources
      .filter(({ logicalId, type }) => type === 'AWS::SQS::Queue' && logicalId.includes('DeadLetter'))
      .map(({ physicalId }) => physicalId);
    return Promise.all(urls.map((url) => lookAt(patient, url)));
  },
};

async function lookAt({ aws: { sqs }, region }: Patient, url: string): Promise<Finding> {
  const name = url.split('/').at(-1) ?? url;
  const about = `queue ${name}`;
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  const { Attributes = {} } = await ask({ action: 'sqs:GetQueueAttributes', on: about, region }, (options) =>
    sqs.send(command, options),
  );
  const messages = Number(Attributes.ApproximateNumberOfMessages ?? 0);
  if (messages === 0) return { type: 'ok', about, detail: 'empty' };
  const whose = name === DEAD_NOTICES_QUEUE ? 'slack' : 'responder';
  const remedy = `spot-responder redrive ${whose} --region ${region} shows them, asks, and sends again what is not too late`;
  return { type: 'wrong', about, problem: `about ${messages} events could not be handled`, remedy };
}
