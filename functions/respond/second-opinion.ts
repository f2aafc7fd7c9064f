import { messageOf } from '../errors.ts';
import type { Lease } from '../incidents/incident.ts';
import type { Located } from '../locate/located.ts';
import type { Chapter } from './chapter.ts';
import { actOnNode } from './node.ts';
import { chooseResponse, type Response } from './policy.ts';
import type { LocatedResult } from './scene.ts';

/**
 * Acts on the node in the cluster that the index names. Where that cluster has no such node and EC2's tags name
 * another one, it acts there: the index is a hint.
 */
export async function actWhereItIs(
  chapter: Chapter,
  { instance, askEc2 }: Located,
  response: Response,
  lease: Lease | undefined,
  signal: AbortSignal,
): Promise<LocatedResult> {
  const result = await actOnNode(chapter, instance, response, lease, signal);
  if (result.outcome.type !== 'node-gone' || !askEc2) return result;
  const second = await askEc2().catch((error: unknown) => {
    // The node is gone from where it was: that stands without EC2.
    chapter.deps.log.warn('EC2 was not heard on a node that is gone', { error: messageOf(error) });
    return undefined;
  });
  if (second?.type !== 'located' || second.instance.clusterName === instance.clusterName) return result;
  const { deps, interruption, note } = chapter;
  const { clusterName, owner } = second.instance;
  note({ type: 'located', at: deps.clock.now(), text: `by EC2 in cluster ${clusterName}, ${owner.type}` });
  const secondResponse = chooseResponse(interruption, owner, deps.choices);
  const there = await actOnNode(chapter, second.instance, secondResponse, lease, signal);
  return { ...there, instance: second.instance, response: secondResponse };
}
