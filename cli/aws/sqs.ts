import { SQSClient } from '@aws-sdk/client-sqs';

/** SQS of a Region; the host in a queue's URL counts for nothing, so that an endpoint of one's own (`AWS_ENDPOINT_URL`) is used. */
export function openSqs(settings: { readonly region?: string }): SQSClient {
  return new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
}
