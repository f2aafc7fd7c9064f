import { type Answer, conflict, failure, STALE, unauthorized } from './status.ts';

/** A request as a fault rule or a test sees it. */
export interface RequestRecord {
  /** get, list, watch, create, patch or delete. */
  readonly verb: string;
  /** Plural with subresource, e.g. `pods/eviction`; `/version` for a path outside the API. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly at: Date;
  readonly userAgent: string;
}

export type Fault =
  /** Priority and fairness: plain text and a Retry-After header. */
  | { readonly type: 'too-many-requests'; readonly retryAfterSeconds: number }
  | { readonly type: 'server-error' }
  /** The connection breaks; with `applied`, after the request took effect: only its answer is lost. */
  | { readonly type: 'reset'; readonly applied?: boolean }
  /** Answers after `ms` of the clock's time. */
  | { readonly type: 'slow'; readonly ms: number }
  /** Breaks a watch `afterMs` of the clock's time after it began. */
  | { readonly type: 'drop-watch'; readonly afterMs: number }
  /** An eviction loses the race for its budget's status too often. */
  | { readonly type: 'budget-conflict'; readonly budget: string }
  | { readonly type: 'forbidden' }
  | { readonly type: 'unauthorized' };

export interface FaultRule {
  readonly match:
    | ((request: RequestRecord) => boolean)
    | { readonly verb?: string; readonly resource?: string; readonly name?: string };
  readonly fault: Fault;
  /** How many requests it hits. @default every one */
  readonly times?: number;
}

export type FaultPlan = readonly FaultRule[];

export interface FaultInjector {
  inject(rule: FaultRule): void;
  /** The first rule that matches and is not used up. */
  take(request: RequestRecord): Fault | undefined;
}

export function createFaultInjector(plan: FaultPlan): FaultInjector {
  const rules = plan.map((rule) => ({ rule, left: rule.times ?? Infinity }));
  return {
    inject: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    take(request) {
      const found = rules.find(({ rule, left }) => left > 0 && matches(rule.match, request));
      if (found === undefined) return undefined;
      found.left -= 1;
      return found.rule.fault;
    },
  };
}

/** The answer a fault gives instead of the route's, if it gives one. */
export function faultAnswer(
  fault: Fault,
  { verb, resource, namespace, name = '' }: RequestRecord,
): Answer | undefined {
  switch (fault.type) {
    case 'too-many-requests':
      return {
        code: 429,
        body: 'Too many requests, please try again later.\n',
        headers: { 'retry-after': String(fault.retryAfterSeconds) },
      };
    case 'server-error':
      return failure(500, 'InternalError', 'Internal error occurred: injected fault', {
        causes: [{ reason: '', message: 'injected fault' }],
      });
    case 'budget-conflict':
      return conflict('poddisruptionbudgets', fault.budget, STALE, 'policy');
    case 'forbidden': {
      const [kind = resource] = resource.split('/');
      const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
      const subject = name === '' ? kind : `${kind} "${name}"`;
      const because = `User "spot-responder" cannot ${verb} resource "${resource}" in API group "" ${where}`;
      return failure(403, 'Forbidden', `${subject} is forbidden: ${because}`, {
        ...(name === '' ? {} : { name }),
        kind,
      });
    }
    case 'unauthorized':
      return unauthorized();
    case 'reset':
    case 'slow':
    case 'drop-watch':
      return undefined;
  }
}

function matches(match: FaultRule['match'], request: RequestRecord): boolean {
  if (typeof match === 'function') return match(request);
  return (
    (match.verb === undefined || match.verb === request.verb) &&
    (match.resource === undefined || match.resource === request.resource) &&
    (match.name === undefined || match.name === request.name)
  );
}
