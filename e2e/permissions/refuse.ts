import type { AwsRequest } from '../account/call.ts';
import type { Grant } from './allowed.ts';
import { partitionKeysOf } from './partition-keys.ts';

/** The IAM action of a call; most are called as the operation is. */
export function actionOf({ operation, service }: Pick<AwsRequest, 'operation' | 'service'>): string {
  return `${service}:${service === 's3' && operation === 'HeadObject' ? 'GetObject' : operation}`;
}

/** Why IAM would deny the request, going by the role's actions and by the rows that it names; undefined: it may. */
export function denialOf(grants: readonly Grant[], request: AwsRequest): string | undefined {
  const action = actionOf(request);
  const granted = grants.filter((each) => each.action === action);
  if (granted.length === 0) return `the role has no ${action}`;
  if (request.service !== 'dynamodb') return undefined;
  const keys = partitionKeysOf(request);
  const may = granted.some(
    ({ leadingKeys }) => !leadingKeys || keys.every((key) => leadingKeys.some((each) => isLike(each, key))),
  );
  return may ? undefined : `the role's ${action} does not reach rows of ${keys.join(', ')}`;
}

/** IAM's `StringLike`, as far as a star at the end goes. */
function isLike(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
