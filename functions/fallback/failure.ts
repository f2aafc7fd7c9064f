/** `CAPACITY` passes by itself, `QUOTA` needs a request to AWS, `CONFIG` needs a change by the operator. */
export type FailureKind = 'CAPACITY' | 'QUOTA' | 'CONFIG';

export type ScalingFailure =
  | { readonly kind: 'CAPACITY'; readonly code: string; readonly remedy: string }
  | { readonly kind: 'QUOTA'; readonly code: string; readonly quota: string; readonly remedy: string }
  | { readonly kind: 'CONFIG'; readonly code: string; readonly remedy: string };

/**
 * Sorts the status message of a failed scaling activity, or of an `EC2 Instance Launch Unsuccessful` event.
 * An unknown text is CONFIG: somebody must read it, and trying again every minute would hide it.
 */
export function classifyFailure(statusMessage: string, buys: 'spot' | 'on-demand'): ScalingFailure {
  const code = findCode(statusMessage);
  if (CAPACITY_CODES.has(code)) {
    return { kind: 'CAPACITY', code, remedy: 'Wait, or allow more instance types or zones in the group.' };
  }
  if (code === 'MaxSpotInstanceCountExceeded') return quotaFailure(code, 'spot');
  if (code === 'VcpuLimitExceeded') return quotaFailure(code, buys);
  return {
    kind: 'CONFIG',
    code,
    remedy: `Correct the group's launch template or instance types: ${statusMessage.slice(0, 300)}`,
  };
}

const CAPACITY_CODES: ReadonlySet<string> = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientReservedInstanceCapacity',
  'SpotMaxPriceTooLow',
  'UnfulfillableCapacity',
]);

/** Texts that Auto Scaling writes without a code. */
const UNCODED: readonly (readonly [RegExp, string])[] = [
  [/max spot instance count exceeded/i, 'MaxSpotInstanceCountExceeded'],
  [/requested more vCPU capacity than your current vCPU limit/i, 'VcpuLimitExceeded'],
  [/do not have sufficient .* capacity|no spot capacity available/i, 'InsufficientInstanceCapacity'],
];

function findCode(text: string): string {
  const coded =
    /(?:Could not launch (?:Spot|On-Demand) Instances\.\s*)?\b([A-Z][A-Za-z]+(?:\.[A-Za-z]+)?) - /.exec(
      text,
    )?.[1];
  return coded ?? UNCODED.find(([pattern]) => pattern.test(text))?.[1] ?? 'Unknown';
}

function quotaFailure(code: string, buys: 'spot' | 'on-demand'): ScalingFailure {
  const market =
    buys === 'spot' ? 'All {family} Spot Instance Requests' : 'Running On-Demand {family} instances';
  const quota = `EC2 vCPU quota "${market}"`;
  return {
    kind: 'QUOTA',
    code,
    quota,
    remedy: `Raise ${quota} for the group's instance family (G and VT, P4/P3/P2, P5 …) in Service Quotas, service code "ec2", in this region; it counts vCPUs, not instances.`,
  };
}
