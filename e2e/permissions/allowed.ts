import * as z from 'zod/mini';
import { type Physical, resolve } from '../template/intrinsics.ts';
import type { Template } from '../template/template.ts';

/** One `Allow` of a role. */
export interface Grant {
  readonly action: string;
  readonly resources: readonly string[];
  /** Patterns of partition keys that the table's rows may have; absent: any. */
  readonly leadingKeys?: readonly string[];
}

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const condition = z.record(z.string(), z.record(z.string(), oneOrMore));
const statement = z.object({
  Effect: z.string(),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.optional(condition),
});
const policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(statement) }),
  Roles: z.optional(z.array(z.string())),
});
const functionRole = z.object({ Role: z.string() });

/** What each function's role may do, by the function's name: its inline policies. */
export function grantsByFunction(
  template: Template,
  physical: Physical,
): ReadonlyMap<string, readonly Grant[]> {
  const policies = [...template.ofType('AWS::IAM::Policy')].map(({ properties }) =>
    policy.parse(resolve(properties, physical)),
  );
  return new Map(
    template.ofType('AWS::Lambda::Function').map(({ id, properties }) => {
      const { Role } = functionRole.parse(resolve(properties, physical));
      const role = Role.split('/').at(-1) ?? '';
      const own = policies.filter(({ Roles = [] }) => Roles.includes(role));
      return [
        physical.ref(id),
        own.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(toGrants)),
      ];
    }),
  );
}

function toGrants({
  Action,
  Condition = {},
  Effect,
  Resource,
}: z.output<typeof statement>): readonly Grant[] {
  if (Effect !== 'Allow') return [];
  const keys = Object.entries(Condition).find(([operator]) => operator.startsWith('ForAllValues:StringLike'));
  const leading = keys?.[1]['dynamodb:LeadingKeys'];
  return listOf(Action).map((action) => ({
    action,
    resources: listOf(Resource),
    ...(leading !== undefined && { leadingKeys: listOf(leading) }),
  }));
}

function listOf(value: string | string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
