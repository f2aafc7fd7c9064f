import { readFile } from 'node:fs/promises';
import { parse } from '@cdktn/hcl2json';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../audit/read/parse.ts';

/** What both examples say of a node group, in words of neither. */
interface Said {
  readonly capacityType: unknown;
  readonly instanceTypes: unknown;
  readonly amiType: unknown;
  readonly sizes: unknown;
  readonly labels: unknown;
  readonly taints: readonly unknown[];
  readonly tags: unknown;
  readonly launch: unknown;
}

type Json = Readonly<Record<string, unknown>>;

let template: Json;
let terraform: Json;

beforeAll(async () => {
  const { exitCode } = await execa(process.execPath, ['examples/cdk/app.ts'], {
    env: { AWS_PROFILE: 'none' },
  });
  expect(exitCode, 'the example app synthesises without an account').toBe(0);
  template = JSON.parse(await readFile('cdk.out/node-groups/NodeGroups.template.json', 'utf8'));
  const texts = await Promise.all(
    ['spot-node-group.tf', 'mixed-capacity.tf'].map((name) => readFile(`examples/terraform/${name}`, 'utf8')),
  );
  terraform = await parse('examples.tf', texts.join('\n'));
}, 180_000);

describe.each([
  ['spot', 'Spot'],
  ['baseline', 'Baseline'],
  ['fallback', 'Fallback'],
])('the %s group', (name, construct) => {
  test('is the same in examples/terraform as the constructs of examples/cdk make it', () => {
    expect(inTerraform(name)).toEqual(inTemplate(construct));
  });

  test('leaves the market to EKS in both, and so the capacity-optimised choice', () => {
    expect(block(['resource', 'aws_launch_template', name])).not.toHaveProperty('instance_market_options');
    expect(launchData(construct)).not.toHaveProperty('InstanceMarketOptions');
  });
});

test('Terraform makes no node group that the constructs do not, and each takes every zone', () => {
  const groups = at(terraform, ['resource', 'aws_eks_node_group']);
  expect(Object.keys(groups ?? {}).sort()).toEqual(['baseline', 'fallback', 'spot']);
  for (const name of Object.keys(groups ?? {}))
    expect(block(['resource', 'aws_eks_node_group', name]).subnet_ids).toBe(variable('subnet_ids'));
});

test('what autoscalers and the fallback set is left alone by the next apply', () => {
  const ignored = [`\${scaling_config[0].desired_size}`];
  for (const name of ['spot', 'fallback'])
    expect(block(['resource', 'aws_eks_node_group', name, 0, 'lifecycle']).ignore_changes).toEqual(ignored);
});

function inTemplate(construct: string): Said {
  const properties = resource('AWS::EKS::Nodegroup', `Inference${construct}Group`);
  const { AmiType, CapacityType, InstanceTypes, Labels, ScalingConfig, Tags = {}, Taints = [] } = properties;
  const data = launchData(construct);
  return {
    capacityType: CapacityType,
    instanceTypes: InstanceTypes,
    amiType: AmiType,
    sizes: inSnakeCase(ScalingConfig),
    labels: Labels,
    taints: Array.isArray(Taints) ? Taints.map(inSnakeCase) : [],
    tags: Tags,
    launch: {
      disks: inSnakeCase(data.BlockDeviceMappings),
      metadata: inSnakeCase(data.MetadataOptions),
      tags: taggedIn(data.TagSpecifications, 'ResourceType', 'Tags'),
    },
  };
}

function inTerraform(name: string): Said {
  const group = block(['resource', 'aws_eks_node_group', name]);
  expect(at(group, ['launch_template', 0, 'id'])).toBe(`\${aws_launch_template.${name}.id}`);
  const launch = block(['resource', 'aws_launch_template', name]);
  return {
    capacityType: group.capacity_type,
    instanceTypes: group.instance_types === variable('instance_types') ? defaultOf('instance_types') : [],
    amiType: group.ami_type,
    sizes: at(group, ['scaling_config', 0]),
    labels: group.labels,
    taints: Array.isArray(group.taint) ? group.taint : [],
    tags: group.tags ?? {},
    launch: {
      disks: withoutBlockLists(launch.block_device_mappings, 'ebs'),
      metadata: at(launch, ['metadata_options', 0]),
      tags: expandTags(launch),
    },
  };
}

/** `dynamic "tag_specifications"`: one for each entry, as Terraform expands it. */
function expandTags(launch: Json): unknown {
  const { content, for_each: types } = record(at(launch, ['dynamic', 'tag_specifications', 0]));
  const tags = at(content, [0, 'tags']);
  const each = (Array.isArray(types) ? types : []).map((type) => ({ type, tags }));
  return taggedIn(each, 'type', 'tags');
}

/** By what they tag; the name is whatever each tool calls its groups. */
function taggedIn(specifications: unknown, type: string, tags: string): unknown {
  const entries = (Array.isArray(specifications) ? specifications : []).map((each) => {
    const found = at(each, [tags]);
    const pairs = Array.isArray(found)
      ? Object.fromEntries(found.map((pair) => [at(pair, ['Key']), at(pair, ['Value'])]))
      : record(found);
    expect(pairs.Name).toMatch(/./);
    return [at(each, [type]), { ...pairs, Name: 'a name' }];
  });
  return Object.fromEntries(entries);
}

function launchData(construct: string): Json {
  return record(resource('AWS::EC2::LaunchTemplate', `Inference${construct}Template`).LaunchTemplateData);
}

function resource(type: string, idBegins: string): Json {
  const found = Object.entries(record(template.Resources)).filter(
    ([id, each]) => id.startsWith(idBegins) && at(each, ['Type']) === type,
  );
  expect(found, `${type} ${idBegins}`).toHaveLength(1);
  return record(at(found[0]?.[1], ['Properties']));
}

/** The one block of a path; in HCL's JSON each is a list. */
function block(path: readonly (string | number)[]): Json {
  return record(at(terraform, [...path, 0]));
}

function variable(name: string): string {
  return `\${var.${name}}`;
}

function defaultOf(name: string): unknown {
  return at(terraform, ['variable', name, 0, 'default']);
}

function withoutBlockLists(blocks: unknown, inner: string): unknown {
  return (Array.isArray(blocks) ? blocks : []).map((each) => ({
    ...record(each),
    [inner]: at(each, [inner, 0]),
  }));
}

/** `MinSize` → `min_size`, all the way down. */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/(?<=.)([A-Z])/g, '_$1').toLowerCase(),
      inSnakeCase(inner),
    ]),
  );
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
