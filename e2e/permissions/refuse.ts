import type { AwsRequest } from '../account/call.ts';
import type { Grant } from './allowed.ts';
import { holds, isLike } from './condition.ts';
import type { Subject } from './subject.ts';

/** The IAM action of a call; most are called as the operation is. */
export function actionOf({ operation, service }: Pick<AwsRequest, 'operation' | 'service'>): string {
  return `${service}:${service === 's3' && operation === 'HeadObject' ? 'GetObject' : operation}`;
}

/**
 * Why IAM would deny the action, in its own words; undefined: the role may. As there, one statement must allow it on
 * every resource that the request names, with all its conditions.
 */
export function denialOf(grants: readonly Grant[], action: string, subject: Subject): string | undefined {
  const own = grants.filter((each) => each.action === action);
  const denied = subject.arns.find((arn) => !own.some((grant) => allows(grant, arn, subject)));
  if (denied === undefined) return undefined;
  return `is not authorized to perform: ${action} on resource: ${denied} because no identity-based policy allows the ${action} action`;
}

function allows({ conditions, resources }: Grant, arn: string, { keys }: Subject): boolean {
  return (
    resources.some((pattern) => isLike(pattern, arn)) &&
    (!keys || conditions.every((condition) => holds(condition, keys[condition.key] ?? [])))
  );
}
