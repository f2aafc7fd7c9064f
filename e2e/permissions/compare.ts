import type { RecordedCall } from '../account/gateway.ts';
import type { Stack } from '../template/stack.ts';
import type { Grant } from './allowed.ts';
import { actionOf } from './refuse.ts';
import { UNREACHED } from './unreached.ts';

/** One permission of a function, and what it is there for. */
interface Permission {
  readonly bundle: string;
  readonly action: string;
  readonly calls: number;
  /** Why nobody calls it here: Lambda itself does, or a reason of `UNREACHED`. */
  readonly reason?: string;
}

export interface Comparison {
  readonly permissions: readonly Permission[];
  /** Called, and not granted. */
  readonly missing: readonly Permission[];
  /** Granted, not called, and no reason. */
  readonly unused: readonly Permission[];
}

export interface FunctionGrants {
  readonly bundle: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** What the functions called beside what their roles may do. */
export function comparePermissions(
  functions: readonly FunctionGrants[],
  calls: readonly Pick<RecordedCall, 'caller' | 'operation' | 'service'>[],
  stack: Stack,
): Comparison {
  const permissions = functions.flatMap((each) => permissionsOf(each, calls, stack));
  const granted = new Set(
    functions.flatMap(({ bundle, grants }) => grants.map(({ action }) => `${bundle} ${action}`)),
  );
  return {
    permissions,
    missing: permissions.filter(({ action, bundle }) => !granted.has(`${bundle} ${action}`)),
    unused: permissions.filter(({ calls: count, reason }) => count === 0 && reason === undefined),
  };
}

function permissionsOf(
  { bundle, grants, name }: FunctionGrants,
  calls: Parameters<typeof comparePermissions>[1],
  stack: Stack,
): readonly Permission[] {
  const own = calls.filter(({ caller }) => caller === bundle).map(actionOf);
  const actions = new Set([...grants.map(({ action }) => action), ...own]);
  return [...actions].sort().map((action) => {
    const count = own.filter((each) => each === action).length;
    const reason = count === 0 ? reasonOf(bundle, name, action, grants, stack) : undefined;
    return { bundle, action, calls: count, ...(reason !== undefined && { reason }) };
  });
}

function reasonOf(
  bundle: string,
  name: string,
  action: string,
  grants: readonly Grant[],
  stack: Stack,
): string | undefined {
  const resources = grants.filter((each) => each.action === action).flatMap((each) => each.resources);
  const mapped = new Set(stack.mappings.filter((each) => each.function === name).map(({ queue }) => queue));
  const fn = stack.functions.find((each) => each.name === name);
  const onlyOn = (arns: ReadonlySet<string | undefined>) =>
    action.startsWith('sqs:') && resources.every((each) => arns.has(each));
  if (action.startsWith('logs:')) return 'Lambda writes the log with this role';
  if (action !== 'sqs:SendMessage' && onlyOn(mapped)) return 'Lambda polls the queue with this role';
  if (action !== 'sqs:SendMessage' && onlyOn(new Set([...mapped, fn?.later.onFailure])))
    return 'Lambda sends to its on-failure queue with this role';
  if (action === 'sqs:GetQueueAttributes' || action === 'sqs:GetQueueUrl')
    return 'comes with the CDK’s grant to send; reads no message';
  return UNREACHED.find((each) => each.bundle === bundle && each.action === action)?.reason;
}
