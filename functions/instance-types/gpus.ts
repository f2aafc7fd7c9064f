/** GPUs of one instance. */
export interface Gpus {
  /** As EC2 names it; memory is added where one name stands for two sizes of it. */
  readonly model: string;
  readonly count: number;
}

const ONE_TO_EIGHT = {
  one: ['xlarge', '2xlarge', '4xlarge', '8xlarge', '16xlarge'],
  four: ['12xlarge', '24xlarge'],
};

/**
 * By family, for who cannot ask EC2: synthesis, the audit, the simulated EC2. Model, then the sizes by their count. The functions ask EC2
 * (`functions/fallback/groups/read-instances.ts`). Source: DescribeInstanceTypes as Karpenter's reference lists it, and the EC2
 * user guide for p3; a type that is missing here is stated by who uses it.
 */
const FAMILIES: Readonly<
  Record<string, readonly [model: string, counts: Readonly<Record<number, readonly string[]>>]>
> = {
  g4dn: ['T4', { 1: ONE_TO_EIGHT.one, 4: ['12xlarge'], 8: ['metal'] }],
  g5: ['A10G', { 1: ONE_TO_EIGHT.one, 4: ONE_TO_EIGHT.four, 8: ['48xlarge'] }],
  g5g: ['T4g', { 1: ['xlarge', '2xlarge', '4xlarge', '8xlarge'], 2: ['16xlarge', 'metal'] }],
  g6: ['L4', { 1: ONE_TO_EIGHT.one, 4: ONE_TO_EIGHT.four, 8: ['48xlarge'] }],
  gr6: ['L4', { 1: ['4xlarge', '8xlarge'] }],
  g6e: ['L40S', { 1: ONE_TO_EIGHT.one, 4: ONE_TO_EIGHT.four, 8: ['48xlarge'] }],
  g7: [
    'RTX PRO 4500',
    { 1: ['2xlarge', '4xlarge', '8xlarge'], 2: ['12xlarge'], 4: ['24xlarge'], 8: ['48xlarge'] },
  ],
  g7e: [
    'RTX PRO Server 6000',
    { 1: ['2xlarge', '4xlarge', '8xlarge'], 2: ['12xlarge'], 4: ['24xlarge'], 8: ['48xlarge'] },
  ],
  p3: ['V100', { 1: ['2xlarge'], 4: ['8xlarge'], 8: ['16xlarge'] }],
  p3dn: ['V100 32GB', { 8: ['24xlarge'] }],
  p4d: ['A100', { 8: ['24xlarge'] }],
  p4de: ['A100 80GB', { 8: ['24xlarge'] }],
  p5: ['H100', { 1: ['4xlarge'], 8: ['48xlarge'] }],
  p5e: ['H200', { 8: ['48xlarge'] }],
  p5en: ['H200', { 8: ['48xlarge'] }],
  'p6-b200': ['B200', { 8: ['48xlarge'] }],
  'p6-b300': ['B300', { 8: ['48xlarge'] }],
};

/** `g…`, `p…` and AWS's own chips: types of these families that the table lacks have accelerators of an unknown number. */
const ACCELERATED = /^(g\d|gr\d|p\d|inf\d|trn\d|dl\d|vt\d)/;

/** `none`: a type without GPUs. */
export function gpusOfType(type: string): Gpus | 'none' | 'unknown' {
  const [family = '', size = ''] = type.split('.');
  const [model, counts = {}] = FAMILIES[family] ?? [];
  const [count] = Object.entries(counts).find(([, sizes]) => sizes.includes(size)) ?? [];
  if (model !== undefined && count !== undefined) return { model, count: Number(count) };
  return ACCELERATED.test(family) ? 'unknown' : 'none';
}
