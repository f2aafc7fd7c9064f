import {
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  type EKSClient,
  paginateListAccessEntries,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccessEntryCommand,
} from '@aws-sdk/client-eks';
import { AwsCallError } from '../../functions/errors.ts';
import { ask, type Question } from '../aws/ask.ts';
import { MARK } from './mark.ts';

/** Who of IAM may enter one cluster, and as which groups. */
export interface AccessEntry {
  readonly arn: string;
  readonly principalArn: string;
  readonly groups: readonly string[];
  /** What enrolment noted on it; see `mark.ts`. */
  readonly mark?: string;
}

/** The access entries of one cluster. Every method throws `AwsCallError` with the remedy. */
export interface AccessEntries {
  find(principalArn: string): Promise<AccessEntry | undefined>;
  /** Those that enrolment has marked, also of roles that are gone. */
  marked(): Promise<readonly AccessEntry[]>;
  create(principalArn: string, group: string, mark: string): Promise<void>;
  setGroups(entry: AccessEntry, groups: readonly string[]): Promise<void>;
  setMark(entry: AccessEntry, mark: string): Promise<void>;
  clearMark(entry: AccessEntry): Promise<void>;
  remove(entry: AccessEntry): Promise<void>;
}

export function openAccessEntries(client: EKSClient, clusterName: string, region: string): AccessEntries {
  const about = (operation: string, principalArn: string): Question => ({
    action: `eks:${operation}`,
    on: `the access entry of ${principalArn} in cluster ${clusterName}`,
    region,
  });
  const find = async (principalArn: string): Promise<AccessEntry | undefined> => {
    const command = new DescribeAccessEntryCommand({ clusterName, principalArn });
    try {
      const { accessEntry } = await ask(about('DescribeAccessEntry', principalArn), (options) =>
        client.send(command, options),
      );
      const { accessEntryArn: arn = '', kubernetesGroups: groups = [], tags = {} } = accessEntry ?? {};
      const mark = tags[MARK];
      return { arn, principalArn, groups, ...(mark !== undefined && { mark }) };
    } catch (error) {
      if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
  return {
    find,
    marked: async () => {
      const principals = await listPrincipals(client, clusterName, region);
      const entries: AccessEntry[] = [];
      // One after the other: EKS throttles describes, and this is no hurry.
      for (const principal of principals) {
        const entry = await find(principal);
        if (entry?.mark !== undefined) entries.push(entry);
      }
      return entries;
    },
    create: async (principalArn, group, mark) => {
      const command = new CreateAccessEntryCommand({
        clusterName,
        principalArn,
        kubernetesGroups: [group],
        type: 'STANDARD',
        tags: { [MARK]: mark },
      });
      await ask(about('CreateAccessEntry', principalArn), (options) => client.send(command, options));
    },
    setGroups: async ({ principalArn }, groups) => {
      const command = new UpdateAccessEntryCommand({
        clusterName,
        principalArn,
        kubernetesGroups: [...groups],
      });
      await ask(about('UpdateAccessEntry', principalArn), (options) => client.send(command, options));
    },
    setMark: async ({ arn, principalArn }, mark) => {
      const command = new TagResourceCommand({ resourceArn: arn, tags: { [MARK]: mark } });
      await ask(about('TagResource', principalArn), (options) => client.send(command, options));
    },
    clearMark: async ({ arn, principalArn }) => {
      const command = new UntagResourceCommand({ resourceArn: arn, tagKeys: [MARK] });
      await ask(about('UntagResource', principalArn), (options) => client.send(command, options));
    },
    remove: async ({ principalArn }) => {
      const command = new DeleteAccessEntryCommand({ clusterName, principalArn });
      await ask(about('DeleteAccessEntry', principalArn), (options) => client.send(command, options));
    },
  };
}

async function listPrincipals(client: EKSClient, clusterName: string, region: string): Promise<string[]> {
  const question = { action: 'eks:ListAccessEntries', on: `cluster ${clusterName}`, region };
  return ask(question, async ({ abortSignal }) => {
    const principals: string[] = [];
    const pages = paginateListAccessEntries({ client }, { clusterName }, { abortSignal });
    for await (const { accessEntries = [] } of pages) principals.push(...accessEntries);
    return principals;
  });
}
