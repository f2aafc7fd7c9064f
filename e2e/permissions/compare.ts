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

/** A stack as it was deployed for a scenario, and what its functions called. */
export interface Deployment {
  readonly functions: readonly FunctionGrants[];
  readonly calls: readonly Pick<RecordedCall, 'caller' | 'operation' | 'service'>[];
  readonly stack: Stack;
}

/** What the functions called beside what their roles may do, over all deployments. */
export function comparePermissions(deployments: readonly Deployment[]): Comparison {
  const found = deployments.flatMap((each) => each.functions.flatMap((one) => permissionsOf(one, each)));
  const permissions = [...Map.groupBy(found, ({ action, bundle }) => `${bundle} ${action}`).values()].map(
    sumOf,
  );
  return {
    permissions,
    missing: found.filter(({ isGranted }) => !isGranted),
    unused: permissions.filter(({ calls, reason }) => calls === 0 && reason === undefined),
  };
}

interface Found extends Permission {
  readonly isGranted: boolean;
}

/** Of one permission in all deployments. */
function sumOf(found: readonly Found[]): Permission {
  const [{ action, bundle } = { action: '', bundle: '' }] = found;
  const calls = found.reduce((sum, each) => sum + each.calls, 0);
  const reason = calls === 0 ? found.find((each) => each.reason !== undefined)?.reason : undefined;
  return { bundle, action, calls, ...(reason !== undefined && { reason }) };
}

function permissionsOf(
  { bundle, grants, name }: FunctionGrants,
  { calls, stack }: Deployment,
): readonly Found[] {
  const own = calls.filter(({ caller }) => caller === bundle).map(actionOf);
  const granted = new Set(grants.map(({ action }) => action));
  return [...new Set([...granted, ...own])].sort().map((action) => {
    const count = own.filter((each) => each === action).length;
    const reason = count === 0 ? reasonOf(bundle, name, action, grants, stack) : undefined;
    const isGranted = granted.has(action);
    return { bundle, action, calls: count, isGranted, ...(reason !== undefined && { reason }) };
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
  const failures = fn?.later.onFailure;
  const takesOnly = action !== 'sqs:SendMessage';
  if (takesOnly && onlyOn(mapped)) return 'Lambda polls the queue with this role';
  if (onlyOn(new Set([failures])) || (takesOnly && onlyOn(new Set([...mapped, failures]))))
    return 'Lambda sends to its on-failure queue with this role';
  if (action === 'sqs:GetQueueAttributes' || action === 'sqs:GetQueueUrl')
    return 'comes with the CDK’s grant to send; reads no message';
  return UNREACHED.find((each) => each.bundle === bundle && each.action === action)?.reason;
}
