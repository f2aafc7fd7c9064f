import { OPT_IN_LABEL } from '../../functions/checkpoint/labels.ts';
import { optsIn } from '../facts/training.ts';
import { withRequestFile } from '../patch/request-file.ts';
import { patchTemplate } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

export const noCheckpoint = perWorkload(
  {
    id: 'no-checkpoint',
    severity: 'error',
    verdict: 'change',
    title: 'training that nobody asks to save',
    explanation:
      'GPUs and a Job look like training, and without the label spot-responder/checkpoint nobody asks it to save before its node ' +
      'goes: the work since the last checkpoint is lost, on every rank. The patch sets the label to enabled and adds the file in ' +
      'which the job reads the request (python/README.md). What needs no saving is labelled disabled, which ends this finding.',
  },
  (workload) => {
    if (workload.runs !== 'training' || optsIn(workload)) return undefined;
    const found = workload.template.metadata?.labels?.[OPT_IN_LABEL];
    return {
      why: `it trains on ${workload.gpus} GPU${workload.gpus === 1 ? '' : 's'} a pod, and ${found === undefined ? `has no label ${OPT_IN_LABEL}` : `its label ${OPT_IN_LABEL} is "${found}"`}: nobody asks it to save`,
      patch: patchTemplate(workload, {
        metadata: { labels: { [OPT_IN_LABEL]: 'enabled' } },
        spec: withRequestFile(workload.template.spec),
      }),
    };
  },
);
