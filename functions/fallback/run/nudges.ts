import * as z from 'zod/mini';
import type { Concerns } from '../world/observe.ts';

const batch = z.object({ Records: z.array(z.object({ body: z.string() })) });

const nudge = z.object({
  detail: z.looseObject({
    'instance-id': z.optional(z.string()),
    EC2InstanceId: z.optional(z.string()),
    AutoScalingGroupName: z.optional(z.string()),
  }),
});

/**
 * Which pools a batch of nudges is about. A nudge says only where to look, never what to do; anything that is no batch (the
 * schedule) is about all.
 */
export function concernsOf(event: unknown): Concerns | undefined {
  const parsed = z.safeParse(batch, event);
  if (!parsed.success) return undefined;
  const named = new Set(parsed.data.Records.flatMap(({ body }) => readNames(body)));
  return ({ fallbacks, spot }) =>
    [...spot, ...fallbacks].some(
      ({ group }) => named.has(group.name) || group.members.some(({ instanceId }) => named.has(instanceId)),
    );
}

function readNames(body: string): readonly string[] {
  try {
    const parsed = z.safeParse(nudge, JSON.parse(body));
    if (!parsed.success) return [];
    const { AutoScalingGroupName, EC2InstanceId, 'instance-id': instanceId } = parsed.data.detail;
    return [AutoScalingGroupName, EC2InstanceId, instanceId].flatMap((name) => (name ? [name] : []));
  } catch {
    return [];
  }
}
