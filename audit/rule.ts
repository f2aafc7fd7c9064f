import type { Fleet, NodeGroup, ObjectRef, Subject, TemplateSource, Workload } from './fleet.ts';
import type { Requirement } from './objects.ts';

export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing that keeps a fleet from being ready for spot. A file each in `rules/`. */
export interface Rule {
  /** As suppressions name it. */
  readonly id: string;
  readonly severity: Severity;
  /** What it means for a workload: better on demand, or fine on spot after a change. */
  readonly verdict: 'keep-off' | 'change';
  /** One line, for the table of rules. */
  readonly title: string;
  /** For a person who has never met the problem: what goes wrong, and what the patch does about it. */
  readonly explanation: string;
  /** Resources without which it stays silent, as `kubectl get` names them. */
  readonly needs: readonly string[];
  find(fleet: Fleet): readonly Found[];
}

/** A rule's word on one object. */
export interface Found {
  readonly about: Subject;
  /** Whose verdict it counts for; absent for node groups. */
  readonly workload?: Workload;
  readonly why: string;
  readonly patch: Patch | Change;
}

/** A change that silences the rule. */
export type Patch =
  | {
      readonly type: 'patch';
      readonly target: ObjectRef;
      readonly as: 'strategic' | 'merge';
      readonly body: Readonly<Record<string, unknown>>;
    }
  /** The whole object, made anew: the API server refuses the change of the one that is there. */
  | { readonly type: 'replace'; readonly object: Readonly<Record<string, unknown>> }
  | { readonly type: 'create'; readonly object: Readonly<Record<string, unknown>> }
  | { readonly type: 'delete'; readonly target: ObjectRef }
  /** A value in a file that is no Kubernetes object, or a setting of AWS. */
  | { readonly type: 'advice'; readonly text: string };

/** What a rule wants changed, before it is known what else is (`patch/resolve.ts`). */
export type Change =
  | {
      readonly type: 'change';
      readonly target: ObjectRef;
      readonly source: TemplateSource;
      readonly path: readonly (string | number)[];
      /** A strategic merge patch of what stands at the path. */
      readonly fragment: Readonly<Record<string, unknown>>;
      readonly isAnew: boolean;
    }
  /** Of a Karpenter NodePool; without `instead` it goes. */
  | {
      readonly type: 'requirement';
      readonly group: NodeGroup;
      readonly key: string;
      readonly instead?: Requirement;
    };

/** A rule that looks at workloads one by one; those that want no spot node are none of its business. */
export function perWorkload(
  rule: Omit<Rule, 'find' | 'needs'> & { readonly needs?: readonly string[] },
  find: (workload: Workload, fleet: Fleet) => Pick<Found, 'why' | 'patch'> | undefined,
): Rule {
  return {
    needs: [],
    ...rule,
    find: (fleet) =>
      fleet.workloads
        .filter(({ spot }) => spot !== 'never')
        .flatMap((workload) => {
          const found = find(workload, fleet);
          return found ? [{ about: workload, workload, ...found }] : [];
        }),
  };
}
