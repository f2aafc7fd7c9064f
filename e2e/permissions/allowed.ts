import * as z from 'zod/mini';
import { type Physical, resolve } from '../template/intrinsics.ts';
import type { Template } from '../template/template.ts';
import { type Condition, OPERATORS } from './condition.ts';

/** One action of an `Allow` of a role. */
export interface Grant {
  readonly action: string;
  /** ARNs, with `*` and `?`. */
  readonly resources: readonly string[];
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const condition = z.array(z.object({ operator: z.enum(OPERATORS), tests: z.record(z.string(), oneOrMore) }));
const statement = z.object({
  Effect: z.literal('Allow'),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.optional(z.record(z.string(), z.unknown())),
});
const policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(statement) }),
  Roles: z.optional(z.array(z.string())),
});
const functionRole = z.object({ Role: z.string() });

/**
 * What each function's role may do, by the function's name: its inline policies.
 *
 * @throws ZodError on a `Deny` or an operator that is not known here: to leave it out would be a guess.
 */
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

function toGrants({ Action, Condition = {}, Resource }: z.output<typeof statement>): readonly Grant[] {
  const tests = condition.parse(Object.entries(Condition).map(([operator, tests]) => ({ operator, tests })));
  const conditions = tests.flatMap(({ operator, tests }) =>
    Object.entries(tests).map(([key, values]) => ({ operator, key, values: listOf(values) })),
  );
  return listOf(Action).map((action) => ({ action, resources: listOf(Resource), conditions }));
}

function listOf(value: string | string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
