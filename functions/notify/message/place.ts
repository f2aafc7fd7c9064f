import type { Facts } from '../story.ts';
import { code, say } from './mrkdwn.ts';
import type { Reader } from './reader.ts';
import { nameOfKind, nameOfOwner, plural, shortNode } from './words.ts';

/** `*ml-prod* · us-east-2 · ml-account` */
export function placeLine(
  { account, cluster, region }: Pick<Facts, 'account' | 'cluster' | 'region'>,
  reader: Reader,
): string {
  const where = cluster === undefined ? 'cluster unknown' : `*${say(cluster, 100)}*`;
  return [where, say(region, 40), say(reader.accountNames[account] ?? account, 80)].join(' · ');
}

/** Which node, of which cluster. */
export function nodeLine(facts: Facts, reader: Reader): string {
  return `${code(shortNode(facts))} in ${placeLine(facts, reader)}`;
}

/** What kind of node, and what befell it: small print. */
export function describeNode(facts: Facts): (string | undefined)[] {
  const { gpus, instanceId, instanceType, kind, owner, zone, node } = facts;
  const ownerName = nameOfOwner(owner);
  return [
    instanceType === undefined ? undefined : say(instanceType, 40),
    gpus === undefined ? undefined : plural(gpus, 'GPU'),
    zone === undefined ? undefined : say(zone, 40),
    nameOfKind(kind).toLowerCase(),
    ownerName === undefined ? undefined : say(ownerName, 120),
    // Where the node has a name of its own, the id is what EC2's console wants.
    node === undefined ? undefined : code(instanceId),
  ];
}
