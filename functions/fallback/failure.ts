import { quotaOf } from './quota.ts';

/** `CAPACITY` passes by itself, `QUOTA` needs a request to AWS, `CONFIG` needs a change by the operator. */
export type FailureKind = 'CAPACITY' | 'QUOTA' | 'CONFIG';

/** Why a launch failed, and what ends it. */
export interface ScalingFailure {
  readonly kind: FailureKind;
  readonly code: string;
  /** False for a text that nobody here knows: it may be want of capacity in new words. */
  readonly isKnown: boolean;
  /** Of a `QUOTA` failure. */
  readonly quota?: string;
  readonly remedy: string;
}

/** What a group buys: a quota is of a family and a market. */
export interface Purchase {
  readonly buys: 'spot' | 'on-demand';
  readonly region: string;
  readonly instanceTypes: readonly string[];
}

/**
 * Sorts the status message of a failed scaling activity, of an `EC2 Instance Launch Unsuccessful` event, or an error of
 * `LaunchInstances` written as `<code> - <message>`. An unknown text is CONFIG: somebody must read it, and trying again
 * every minute would hide it.
 */
export function classifyFailure(statusMessage: string, purchase: Purchase): ScalingFailure {
  const code = findCode(statusMessage);
  if (CAPACITY_CODES.has(code)) {
    return {
      kind: 'CAPACITY',
      code,
      isKnown: true,
      remedy: 'Wait, or allow more instance types or zones in the group.',
    };
  }
  if (PASSING_CODES.has(code)) {
    return {
      kind: 'CAPACITY',
      code,
      isKnown: true,
      remedy: 'Wait: AWS could not serve the request at that moment.',
    };
  }
  if (QUOTA_CODES.has(code)) return quotaFailure(code, purchase);
  const remedy = CONFIG_REMEDIES[code] ?? "Correct the group's launch template or instance types";
  const isKnown = code in CONFIG_REMEDIES || CONFIG_CODE.test(code);
  return { kind: 'CONFIG', code, isKnown, remedy: `${remedy}: ${statusMessage.slice(0, 300)}` };
}

const CAPACITY_CODES: ReadonlySet<string> = new Set([
  'InsufficientCapacity',
  'InsufficientCapacityOnHost',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientReservedInstanceCapacity',
  'ReservationCapacityExceeded',
  'SpotMaxPriceTooLow',
  'UnfulfillableCapacity',
]);

const PASSING_CODES: ReadonlySet<string> = new Set([
  'InternalError',
  'InternalFailure',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'Server.InternalError',
  'Unavailable',
]);

const QUOTA_CODES: ReadonlySet<string> = new Set([
  'InstanceLimitExceeded',
  'MaxFleetCountExceeded',
  'MaxSpotInstanceCountExceeded',
  'VcpuLimitExceeded',
]);

/** Where the usual advice would lead the wrong way. */
const CONFIG_REMEDIES: Readonly<Record<string, string>> = {
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted':
    'Create the service-linked role (aws iam create-service-linked-role --aws-service-name spot.amazonaws.com)',
  'Client.InternalError': 'Let the Auto Scaling service role use the KMS key of the volumes',
  InsufficientFreeAddressesInSubnet: 'Give the group a subnet with free addresses',
  UnauthorizedOperation: 'Allow the Auto Scaling service role what the launch needs',
};

/** The request itself is wrong, in whatever detail. */
const CONFIG_CODE =
  /^(AuthFailure|Client\.|IncorrectParameter|Invalid|Missing|OptInRequired|Unauthorized|UnknownParameter|Unsupported)/;

/** Texts that Auto Scaling writes without a code. */
const UNCODED: readonly (readonly [RegExp, string])[] = [
  [/max spot instance count exceeded/i, 'MaxSpotInstanceCountExceeded'],
  [/requested more vCPU capacity than your current vCPU limit/i, 'VcpuLimitExceeded'],
  [/requested more instances .* than your current instance limit/i, 'InstanceLimitExceeded'],
  [/do not have sufficient .* capacity|no spot capacity available/i, 'InsufficientInstanceCapacity'],
  [/spot request price .* is lower than the minimum/i, 'SpotMaxPriceTooLow'],
  [/not enough free addresses/i, 'InsufficientFreeAddressesInSubnet'],
  [/client error on launch|Client\.InternalError/i, 'Client.InternalError'],
  [/internal error on launch|Server\.InternalError/i, 'Server.InternalError'],
];

/** `Could not launch Spot Instances. <Code> - <text>`; some copies have a dash instead of the hyphen. */
function findCode(text: string): string {
  const coded = /(?:^|\.\s+)([A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)?) [-–] /.exec(text)?.[1];
  return coded ?? UNCODED.find(([pattern]) => pattern.test(text))?.[1] ?? 'Unknown';
}

function quotaFailure(code: string, { buys, region, instanceTypes }: Purchase): ScalingFailure {
  const quotas = instanceTypes.map((type) => quotaOf(type, buys)).filter((quota) => quota !== undefined);
  const named = [...new Map(quotas.map((quota) => [quota.code, quota])).values()];
  const quota =
    named.length > 0
      ? named.map((each) => `"${each.name}" (${each.code})`).join(' or ')
      : `EC2's vCPU quota for ${buys} instances of the group's family`;
  const command = named.map(
    (each) =>
      `aws service-quotas request-service-quota-increase --region ${region} --service-code ec2 --quota-code ${each.code} --desired-value VCPUS`,
  );
  const how = command[0] ?? 'Service Quotas, service "ec2"';
  return {
    kind: 'QUOTA',
    code,
    isKnown: true,
    quota,
    remedy: `Raise ${quota} in ${region}; it counts vCPUs, not instances: ${how}`,
  };
}
