import { type InstanceArchitecture, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { type Gpus, gpusOfType } from '../../functions/instance-types/gpus.ts';

/** What a user says of the types where the table cannot know, or differs on purpose. */
export interface Statement {
  /** GPUs that every pod may count on: the smallest number among the types. */
  readonly gpusPerNode?: number;
  /** The types' GPUs are of different models, or unknown here, and the workload runs on each. */
  readonly anyGpuModel?: boolean;
}

export type TypeCheck =
  | {
      readonly type: 'interchangeable';
      readonly architecture: InstanceArchitecture;
      /** 0 for types without GPUs. */
      readonly gpusPerNode: number;
      /** Empty without GPUs and where nobody knows. */
      readonly gpuModels: readonly string[];
    }
  /** Each names the types and the remedy. */
  | { readonly type: 'different'; readonly problems: readonly string[] };

/** Whether a pod that runs on one of the types runs on each: one group launches any of them. Pure. */
export function checkTypes(
  types: readonly string[],
  { anyGpuModel, gpusPerNode }: Statement = {},
): TypeCheck {
  const problems = wrongNames(types);
  if (problems.length > 0) return { type: 'different', problems };
  const architectures = Map.groupBy(types, (type) => new InstanceType(type).architecture);
  if (architectures.size > 1)
    problems.push(`architectures differ (${listed(architectures)}); make a group of each`);
  const gpus = types.map((type) => ({ type, gpus: gpusOfType(type) }));
  const models = Map.groupBy(gpus, (each) => modelOf(each.gpus));
  if (models.size > 1 && !anyGpuModel)
    problems.push(`GPU models differ (${listed(models, named)}); make a group of each, or set anyGpuModel`);
  const counts = Map.groupBy(gpus, (each) => countOf(each.gpus));
  if (gpusPerNode === undefined && counts.size > 1)
    problems.push(`numbers of GPUs differ (${listed(counts, named)}); set gpusPerNode to the smallest`);
  if (gpusPerNode === undefined && counts.has('unknown'))
    problems.push(
      `how many GPUs ${(counts.get('unknown') ?? []).map(named)} has is not known here; set gpusPerNode`,
    );
  const least = Math.min(...gpus.flatMap((each) => (known(each.gpus) ? [known(each.gpus)?.count ?? 0] : [])));
  if (gpusPerNode !== undefined && gpusPerNode > least)
    problems.push(
      `gpusPerNode is ${gpusPerNode}, but a type has ${least} (${listed(counts, named)}); it is the smallest`,
    );
  const [architecture] = architectures.keys();
  if (problems.length > 0 || !architecture) return { type: 'different', problems };
  return {
    type: 'interchangeable',
    architecture,
    gpusPerNode: gpusPerNode ?? (Number.isFinite(least) ? least : 0),
    gpuModels: [...new Set(gpus.flatMap((each) => known(each.gpus)?.model ?? []))],
  };
}

function wrongNames(types: readonly string[]): string[] {
  if (types.length === 0) return ['none is named; name at least three'];
  const twice = types.filter((type, at) => types.indexOf(type) !== at);
  const odd = types.filter((type) => !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(type));
  return [
    ...odd.map((type) => `"${type}" is no instance type; it is like g5.xlarge`),
    ...twice.map((type) => `${type} is named twice`),
  ];
}

type Found = ReturnType<typeof gpusOfType>;

function known(gpus: Found): Gpus | undefined {
  return typeof gpus === 'string' ? undefined : gpus;
}

function modelOf(gpus: Found): string {
  return typeof gpus === 'string' ? gpus : gpus.model;
}

function countOf(gpus: Found): number | 'unknown' {
  return gpus === 'unknown' ? gpus : (known(gpus)?.count ?? 0);
}

function named({ type }: { readonly type: string }): string {
  return type;
}

function listed<T>(groups: ReadonlyMap<unknown, readonly T[]>, name: (each: T) => string = String): string {
  return [...groups].map(([key, members]) => `${key}: ${members.map(name).join(', ')}`).join('; ');
}

/** EC2 scores spot requests with fewer types as poor, whatever they are. */
const FEW_TYPES = 3;

/** A choice that makes shortages likely; `id` is for who acknowledges it. */
export interface NarrowChoice {
  readonly id: 'few-instance-types' | 'one-zone';
  readonly text: string;
}

/** Zones that only deployment knows count as one each. */
export function narrowChoices(types: readonly string[], zones: readonly string[]): readonly NarrowChoice[] {
  const found: NarrowChoice[] = [];
  if (types.length < FEW_TYPES)
    found.push({
      id: 'few-instance-types',
      text: `few instance types (${types.join(', ')}): with fewer than ${FEW_TYPES} spot runs out often; add types with the same GPU`,
    });
  if (new Set(zones).size < 2)
    found.push({
      id: 'one-zone',
      text: `one Availability Zone: all its spot capacity can run out together; add subnets of others`,
    });
  return found;
}
