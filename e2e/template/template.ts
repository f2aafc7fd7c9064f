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

/** The stacks as the CDK app wrote them. */
export interface Templates {
  /** The one with the functions. */
  readonly home: Template;
  /** Of an extra region. */
  readonly forwarding?: Template;
}

/** @throws Error when no stack of the folder has functions. */
export async function readTemplates(folder: string): Promise<Templates> {
  const { artifacts } = manifest.parse(await readJson(folder, 'manifest.json'));
  const found: Template[] = [];
  for (const { properties, type } of Object.values(artifacts))
    if (type === 'aws:cloudformation:stack' && properties?.templateFile)
      found.push(toTemplate(folder, template.parse(await readJson(folder, properties.templateFile))));
  const isHome = (each: Template) => each.ofType('AWS::Lambda::Function').length > 0;
  const home = found.find(isHome);
  if (!home) throw new Error(`${folder} holds no stack with Lambda functions: run npm run synth`);
  const forwarding = found.find((each) => !isHome(each));
  return { home, ...(forwarding && { forwarding }) };
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
