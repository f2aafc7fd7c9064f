import * as z from 'zod/mini';
import type { AwsRequest } from '../account/call.ts';
import { partitionKeysOf } from './partition-keys.ts';

/** What a request is about, as IAM sees it. */
export interface Subject {
  /** `*` alone where the action knows no resource level. */
  readonly arns: readonly string[];
  /** Values by condition key, `aws:ResourceTag/owner`; absent: nobody here knows the resource, nor its tags. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
}

/** Where the account's resources are, and what only the account itself can say. */
export interface Surroundings {
  readonly account: string;
  /** The Auto Scaling group of that name, or of that instance; undefined: there is none. */
  findGroup(
    of: { readonly group: string } | { readonly instance: string },
    region: string,
  ): Promise<TaggedGroup | undefined>;
}

export interface TaggedGroup {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

export async function subjectOf(request: AwsRequest, surroundings: Surroundings): Promise<Subject> {
  const { account } = surroundings;
  const { region } = request;
  const arns = (...names: readonly string[]) =>
    names.map((name) => `arn:aws:${request.service}:${region}:${account}:${name}`);
  switch (request.service) {
    case 'dynamodb': {
      const tables = arns(...tablesOf(request).map((name) => `table/${name}`));
      return { arns: tables, keys: { 'dynamodb:LeadingKeys': partitionKeysOf(request) } };
    }
    case 'sqs': {
      const { QueueUrl } = queue.parse(JSON.parse(request.body));
      return { arns: arns(QueueUrl.split('/').at(-1) ?? ''), keys: {} };
    }
    case 'events': {
      const { Entries } = entries.parse(JSON.parse(request.body));
      const buses = Entries.map(({ EventBusName }) => EventBusName.split('/').at(-1) ?? '');
      return { arns: arns(...new Set(buses.map((name) => `event-bus/${name}`))), keys: {} };
    }
    case 'secretsmanager': {
      const { SecretId } = secret.parse(JSON.parse(request.body));
      // Six characters of the service's own follow the name.
      return { arns: arns(`secret:${SecretId}-a1B2c3`), keys: {} };
    }
    case 'ssm': {
      const { Name } = parameter.parse(JSON.parse(request.body));
      return { arns: arns(`parameter${Name.startsWith('/') ? '' : '/'}${Name}`), keys: {} };
    }
    case 'eks':
      return { arns: eksArns(request, arns), keys: {} };
    case 's3':
      return { arns: [`arn:aws:s3:::${decodeURIComponent(bare(request).slice(1))}`], keys: {} };
    case 'autoscaling':
      return request.operation.startsWith('Describe') ? ANYTHING : groupSubject(request, surroundings, arns);
    default:
      return ANYTHING;
  }
}

/** In the ARNs of what AWS gives an id of its own. */
const SOME_ID = '11112222-3333-4444-5555-666677778888';

const ANYTHING: Subject = { arns: ['*'], keys: {} };

const tables = z.object({
  TableName: z.optional(z.string()),
  RequestItems: z.optional(z.record(z.string(), z.unknown())),
});
const queue = z.object({ QueueUrl: z.string() });
const entries = z.object({ Entries: z.array(z.object({ EventBusName: z._default(z.string(), 'default') })) });
const secret = z.object({ SecretId: z.string() });
const parameter = z.object({ Name: z.string() });

function tablesOf({ body }: AwsRequest): readonly string[] {
  const { RequestItems = {}, TableName } = tables.parse(JSON.parse(body));
  return TableName === undefined ? Object.keys(RequestItems) : [TableName];
}

/** `/clusters/NAME` and `/clusters/NAME/node-groups/GROUP`; the list of clusters knows no resource level. */
function eksArns(request: AwsRequest, arns: (...names: string[]) => string[]): readonly string[] {
  const [, , cluster, , nodeGroup] = bare(request).split('/').map(decodeURIComponent);
  if (cluster === undefined) return ['*'];
  return arns(
    nodeGroup === undefined ? `cluster/${cluster}` : `nodegroup/${cluster}/${nodeGroup}/${SOME_ID}`,
  );
}

/** The ARN of a group that is there holds its own id, and its tags are what conditions ask for. */
async function groupSubject(
  { body, region }: AwsRequest,
  { findGroup }: Surroundings,
  arns: (...names: string[]) => string[],
): Promise<Subject> {
  const parameters = new URLSearchParams(body);
  const instance = parameters.get('InstanceId');
  const named = parameters.get('AutoScalingGroupName');
  const found = await findGroup(named === null ? { instance: instance ?? '' } : { group: named }, region);
  const name = found?.name ?? named ?? 'unknown';
  const own = arns(`autoScalingGroup:${SOME_ID}:autoScalingGroupName/${name}`);
  if (!found) return { arns: own };
  const keys = Object.entries(found.tags).map(([key, value]) => [`aws:ResourceTag/${key}`, [value]]);
  return { arns: own, keys: Object.fromEntries(keys) };
}

function bare({ path }: AwsRequest): string {
  return path.split('?')[0] ?? '';
}
