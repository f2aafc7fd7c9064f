import type { Announced } from '../../functions/notify/announced.ts';
import { advance, clean, end, handled, pod, receive } from './sample-events.ts';

/** `size` nodes; `ended` of them are done, every ninth with a pod that could not be moved. */
export function storm(size: number, ended: number): readonly Announced[] {
  return Array.from({ length: size }, (_, at): readonly Announced[] => {
    const instanceId = `i-0${(at + 1).toString(16).padStart(16, '0')}`;
    const identity = {
      incident: `${instanceId}/spot-interruption/1795168805`,
      instanceId,
      zone: `us-east-2${'abc'[at % 3]}`,
      instanceType: at % 4 === 0 ? 'g5.48xlarge' : 'g5.12xlarge',
    };
    const node = `ip-10-0-${3 + Math.floor(at / 100)}-${20 + (at % 100)}.us-east-2.compute.internal`;
    const emptiedAt = new Date(handled.detail.finishedAt.getTime() - at * 700);
    const stuck = pod('inference', `llm-6d5f9c7b8-${at.toString(36).padStart(5, 'q')}`, 'blocked', {
      budgets: ['llm'],
      reason: 'budget llm',
    });
    const wrong = { outcome: { type: 'blocked' as const }, emptiedAt: undefined, pods: [stuck, ...clean] };
    return at < ended
      ? [receive(identity), end({ ...identity, node, pods: clean, emptiedAt, ...(at % 9 === 8 && wrong) })]
      : [receive(identity), advance({ ...identity, node, blockers: [] })];
  }).flat();
}
