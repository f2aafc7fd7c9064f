import { keepOffSpot } from '../patch/off-spot.ts';
import { perWorkload } from '../rule.ts';

export const stateful = perWorkload(
  {
    id: 'stateful',
    severity: 'error',
    verdict: 'keep-off',
    title: 'a stateful set with volumes of its own',
    explanation:
      'A replica comes back only when its volume has been detached from the node that went, which takes minutes, and only in the ' +
      'same zone; until then a member of the database or the queue is missing, and it may have to be repaired. The patch ' +
      'keeps the pods off spot nodes. A stateful set without volume claims, used for stable names, is not meant.',
  },
  (workload) => {
    if (workload.claims.length === 0) return undefined;
    return {
      why: `each replica has a volume of its own (${workload.claims.join(', ')}) that must follow it to another node of the same zone`,
      patch: keepOffSpot(workload),
    };
  },
);
