import * as z from 'zod/mini';
import type { ClusterNode } from '../cluster/objects.ts';

/** Where a cordon writes down what it changed, so that its undo is exact. */
export const CORDON_ANNOTATION = 'spot-responder/cordon';

/** Wanted by cloud load balancers: targets on the node leave at once, not when the instance dies. */
export const EXCLUDE_FROM_LOAD_BALANCERS = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Absent flags mean that the change was ours. */
export type CordonRecord = z.output<typeof recordFields>;

const recordFields = z.object({
  incident: z.string(),
  /** ISO 8601. */
  deadline: z.optional(z.string()),
  /** Somebody else had cordoned the node before: it stays cordoned when we leave. */
  wasUnschedulable: z.optional(z.boolean()),
  /** The label was there before us: it stays. */
  wasExcluded: z.optional(z.boolean()),
});

/** `undefined` when we did not cordon the node, or when the annotation is not in our words. */
export function readCordonRecord(node: ClusterNode): CordonRecord | undefined {
  const text = node.annotations[CORDON_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const parsed = recordFields.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
