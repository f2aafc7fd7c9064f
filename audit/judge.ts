import type { Fleet, Spot, Subject, Workload } from './fleet.ts';
import { type Ignored, readIgnores } from './ignore.ts';
import { openResolver } from './patch/resolve.ts';
import type { Found, Patch, Rule, Severity } from './rule.ts';

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly about: Subject;
  readonly part?: string;
  readonly why: string;
  readonly patch: Patch;
  /** Why somebody wants it left as it is. */
  readonly ignored?: Ignored;
}

export type Verdict =
  /** Ready for spot nodes as it is. */
  'spot' | 'after-changes' | 'off-spot';

export interface Judged {
  readonly workload: Workload;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

export interface Audit {
  readonly fleet: Fleet;
  readonly judged: readonly Judged[];
  /** About node groups and autoscalers. */
  readonly fleetFindings: readonly Finding[];
  /** Suppressions that name no rule, give no reason or suppress nothing. */
  readonly notices: readonly string[];
}

/** Every rule over the fleet, sorted to the workloads; pure. */
export function judge(fleet: Fleet, rules: readonly Rule[]): Audit {
  const unread = new Set(fleet.unread.map(({ resource }) => resource));
  const found = rules
    .filter(({ needs }) => !needs.some((resource) => unread.has(resource)))
    .flatMap((rule) => rule.find(fleet).map((each) => ({ rule, found: each })));
  const byWorkload = Map.groupBy(found, (each) => each.found.workload);
  const resolve = openResolver();
  const judged = fleet.workloads.map((workload) =>
    judgeWorkload(workload, byWorkload.get(workload) ?? [], resolve),
  );
  const fleetFindings = (byWorkload.get(undefined) ?? []).map((each) => toFinding(each, resolve));
  const known = new Set(rules.map(({ id }) => id));
  return { fleet, judged, fleetFindings, notices: checkIgnores(fleet, judged, fleetFindings, known) };
}

type Resolver = ReturnType<typeof openResolver>;

interface RuleFound {
  readonly rule: Rule;
  readonly found: Found;
}

/** What belongs on demand has nothing else to change. */
function judgeWorkload(workload: Workload, all: readonly RuleFound[], resolve: Resolver): Judged {
  const active = all.filter((each) => !ignoredBy(each));
  const against = active.filter(({ rule }) => rule.verdict === 'keep-off');
  const suppressed = all.filter((each) => !active.includes(each));
  const told = against.length > 0 ? [...against, ...suppressed] : all;
  return {
    workload,
    verdict: verdictOf(workload.spot, against.length, active.length),
    findings: told.map((each) => toFinding(each, resolve)),
  };
}

function verdictOf(spot: Spot, against: number, active: number): Verdict {
  if (spot === 'never' || against > 0) return 'off-spot';
  return active > 0 ? 'after-changes' : 'spot';
}

/** What does not run on spot today harms nobody yet. */
function toFinding({ rule, found }: RuleFound, resolve: Resolver): Finding {
  const { about, patch, why, workload } = found;
  const ignored = ignoredBy({ rule, found });
  return {
    rule: rule.id,
    severity: workload?.spot === 'not-today' ? 'note' : rule.severity,
    about,
    ...(workload?.part !== undefined && { part: workload.part }),
    why,
    // What is left as it is must not come along in the patches of the others.
    patch: ignored ? openResolver()(patch) : resolve(patch),
    ...(ignored && { ignored }),
  };
}

function ignoredBy({ rule, found }: RuleFound): Ignored | undefined {
  return readIgnores(found.about.annotations).find((each) => each.rule === rule.id);
}

function checkIgnores(
  fleet: Fleet,
  judged: readonly Judged[],
  fleetFindings: readonly Finding[],
  known: ReadonlySet<string>,
): readonly string[] {
  const findings = [...judged.flatMap((each) => each.findings), ...fleetFindings];
  const subjects: readonly Subject[] = [...fleet.workloads, ...fleet.groups];
  return subjects.flatMap((subject) =>
    readIgnores(subject.annotations).flatMap(({ reason, rule }) => {
      const { kind, name, namespace } = subject.ref;
      const where = `${namespace ? `${namespace}/` : ''}${kind}/${name} ignores ${rule}`;
      if (!known.has(rule)) return [`${where}, which is no rule: --list names them`];
      if (!findings.some((each) => each.about === subject && each.ignored?.rule === rule))
        return [`${where}, which it does not break: take it out`];
      return reason === undefined ? [`${where} without a reason: write it behind " -- "`] : [];
    }),
  );
}
