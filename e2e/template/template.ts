import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';

/** One resource of a synthesised CloudFormation template. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  /** `cdk.out`, which holds the assets too. */
  readonly folder: string;
  readonly resources: readonly Resource[];
  ofType(type: string): readonly Resource[];
}

const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.optional(z.object({ templateFile: z.optional(z.string()) })),
    }),
  ),
});

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});

/**
 * The home stack as the CDK app wrote it: the one with the functions.
 *
 * @throws Error when no stack of the folder has functions.
 */
export async function readHomeTemplate(folder: string): Promise<Template> {
  const { artifacts } = manifest.parse(await readJson(folder, 'manifest.json'));
  for (const { properties, type } of Object.values(artifacts)) {
    if (type !== 'aws:cloudformation:stack' || !properties?.templateFile) continue;
    const found = toTemplate(folder, template.parse(await readJson(folder, properties.templateFile)));
    if (found.ofType('AWS::Lambda::Function').length > 0) return found;
  }
  throw new Error(`${folder} holds no stack with Lambda functions: run npm run synth`);
}

async function readJson(folder: string, file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, file), 'utf8'));
}

function toTemplate(folder: string, { Resources }: z.output<typeof template>): Template {
  const resources = Object.entries(Resources).map(([id, { Properties = {}, Type }]) => ({
    id,
    type: Type,
    properties: Properties,
  }));
  return { folder, resources, ofType: (type) => resources.filter((each) => each.type === type) };
}
