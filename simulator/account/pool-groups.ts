import type { SimulatedAutoScalingGroup } from './state.ts';

/** A group of a fallback pool, as its owner makes and tags it. */
export interface PoolGroup {
  readonly name: string;
  readonly cluster: string;
  readonly pool: string;
  readonly role: 'spot' | 'fallback';
  /** @default 2 spot nodes, none on demand */
  readonly desired?: number;
  /** @default 4 */
  readonly max?: number;
  /** @default g5.12xlarge, four GPUs */
  readonly instanceType?: string;
  /** More of them, after `spot-responder/`: `hold-minutes`. */
  readonly says?: Readonly<Record<string, string>>;
}

/** With the tags that the fallback finds it by. */
export function poolGroup({
  cluster,
  instanceType = 'g5.12xlarge',
  max = 4,
  name,
  pool,
  role,
  says = {},
  ...sizes
}: PoolGroup): SimulatedAutoScalingGroup & { readonly tags: Readonly<Record<string, string>> } {
  const { desired = role === 'spot' ? 2 : 0 } = sizes;
  const told = Object.entries({ pool, role, ...says });
  return {
    name,
    desired,
    min: 0,
    max,
    instanceType,
    spot: role === 'spot',
    zones: ['us-east-2a'],
    tags: {
      'eks:cluster-name': cluster,
      ...Object.fromEntries(told.map(([key, value]) => [`spot-responder/${key}`, value])),
    },
  };
}
