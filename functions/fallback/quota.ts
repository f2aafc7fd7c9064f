/** A service quota of EC2; every one counts vCPUs of running instances, in one region. */
export interface Quota {
  readonly name: string;
  /** For the Service Quotas API, service code `ec2`. */
  readonly code: string;
}

/** The quota that limits an instance type in a market; absent for a family that we do not know. */
export function quotaOf(instanceType: string, buys: 'spot' | 'on-demand'): Quota | undefined {
  const family = /^[a-z]+/.exec(instanceType)?.[0] ?? '';
  const spotOnly = buys === 'spot' && /^p5/.test(instanceType) ? P5_SPOT : undefined;
  return spotOnly ?? FAMILIES.find(({ prefixes }) => prefixes.includes(family))?.[buys];
}

/** AWS counts P5 spot apart from the older P families, its on-demand with them. */
const P5_SPOT: Quota = { name: 'All P5 Spot Instance Requests', code: 'L-C4BD4855' };

interface Family {
  readonly prefixes: readonly string[];
  readonly 'on-demand': Quota;
  readonly spot: Quota;
}

/** Names and codes as Service Quotas lists them for EC2. */
const FAMILIES: readonly Family[] = [
  family(
    ['g', 'gr', 'vt'],
    ['Running On-Demand G and VT instances', 'L-DB2E81BA'],
    ['All G and VT Spot Instance Requests', 'L-3819A6DF'],
  ),
  family(
    ['p'],
    ['Running On-Demand P instances', 'L-417A185B'],
    ['All P4, P3 and P2 Spot Instance Requests', 'L-7212CCBC'],
  ),
  family(
    ['dl'],
    ['Running On-Demand DL instances', 'L-6E869C2A'],
    ['All DL Spot Instance Requests', 'L-85EED4F7'],
  ),
  family(
    ['inf'],
    ['Running On-Demand Inf instances', 'L-1945791B'],
    ['All Inf Spot Instance Requests', 'L-B5D1601B'],
  ),
  family(
    ['trn'],
    ['Running On-Demand Trn instances', 'L-2C3B7624'],
    ['All Trn Spot Instance Requests', 'L-6B0D517C'],
  ),
  family(
    ['f'],
    ['Running On-Demand F instances', 'L-74FC7D96'],
    ['All F Spot Instance Requests', 'L-88CF9481'],
  ),
  family(
    ['x'],
    ['Running On-Demand X instances', 'L-7295265B'],
    ['All X Spot Instance Requests', 'L-E3A00192'],
  ),
  family(
    ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
    ['Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 'L-1216C47A'],
    ['All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', 'L-34B43A08'],
  ),
];

function family(
  prefixes: readonly string[],
  [onDemandName, onDemandCode]: readonly [string, string],
  [spotName, spotCode]: readonly [string, string],
): Family {
  return {
    prefixes,
    'on-demand': { name: onDemandName, code: onDemandCode },
    spot: { name: spotName, code: spotCode },
  };
}
