import { isGang } from '../facts/training.ts';
import type { Workload } from '../fleet.ts';
import { patchObject } from '../patch/template.ts';
import { at, isRecord } from '../read/parse.ts';
import { perWorkload } from '../rule.ts';

const DISRUPTED = [{ type: 'DisruptionTarget', status: 'True' }];

export const failurePolicy = perWorkload(
  {
    id: 'failure-policy',
    severity: 'warning',
    verdict: 'change',
    title: 'a training Job that counts interruptions as its own failures',
    explanation:
      'Each interruption uses up one retry of backoffLimit, until the Job fails for good. A podFailurePolicy on the condition ' +
      'DisruptionTarget tells them apart: Ignore for a single pod, which starts again; FailJob for a gang, whose ranks must ' +
      'start together (by a JobSet or whoever submits it). Ignore in a gang replaces one rank of a world that has ended.',
  },
  (workload) => {
    const { apiVersion, kind } = workload.ref;
    // Volcano has a Job too, with other policies.
    if (workload.runs !== 'training' || !apiVersion.startsWith('batch/')) return undefined;
    if (kind !== 'Job' && kind !== 'CronJob') return undefined;
    const spec = at(workload.source.object, kind === 'Job' ? ['spec'] : ['spec', 'jobTemplate', 'spec']);
    const action = isGang(workload) ? 'FailJob' : 'Ignore';
    const found = actionOnDisruption(spec);
    if (found === action || (found === 'FailJob' && action === 'Ignore')) return undefined;
    return { why: whyOf(found, workload.pods), patch: policyPatch(workload, spec, action) };
  },
);

function whyOf(found: string | undefined, pods: number): string {
  return found === undefined
    ? 'no podFailurePolicy tells interruptions from failures: a few of them and the Job has failed for good'
    : `its podFailurePolicy says ${found} on an interruption, but its ${pods} pods must start together`;
}

function actionOnDisruption(spec: unknown): string | undefined {
  const rules = at(spec, ['podFailurePolicy', 'rules']);
  const rule = (Array.isArray(rules) ? rules : []).find((each) => {
    const conditions = at(each, ['onPodConditions']);
    return Array.isArray(conditions) && conditions.some((one) => at(one, ['type']) === 'DisruptionTarget');
  });
  const action = at(rule, ['action']);
  return typeof action === 'string' ? action : undefined;
}

/** A policy needs pods that are never restarted in place. */
function policyPatch(workload: Workload, spec: unknown, action: string) {
  const rules = at(spec, ['podFailurePolicy', 'rules']);
  const others = (Array.isArray(rules) ? rules : []).filter(
    (each) => isRecord(each) && !JSON.stringify(each.onPodConditions ?? '').includes('DisruptionTarget'),
  );
  const body = {
    podFailurePolicy: { rules: [{ action, onPodConditions: DISRUPTED }, ...others] },
    podReplacementPolicy: 'Failed',
    template: { spec: { restartPolicy: 'Never' } },
  };
  return workload.ref.kind === 'Job'
    ? patchObject(workload, { spec: body })
    : patchObject(workload, { spec: { jobTemplate: { spec: body } } }, false);
}
