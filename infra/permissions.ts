/** What the functions may do, read from a synthesised template and put in words for people. */

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly Roles?: readonly { readonly Ref: string }[];
    readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
  };
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** One permission of one function. */
export interface Permission {
  /** `Responder`, `NodeIndexer`, `Fallback`, `Notifier`, `Reporter`; else the role’s own name in the stack. */
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `{}` for none. */
  readonly condition: unknown;
}

export function permissionsOf({ Resources }: Template): readonly Permission[] {
  const policies = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy');
  return policies.flatMap(({ Properties: { PolicyDocument, Roles = [] } }) =>
    (PolicyDocument?.Statement ?? []).filter(isGrant).map(({ Action, Condition = {}, Resource }) => ({
      role: shortName(Roles[0]?.Ref ?? ''),
      actions: asList(Action).map(String),
      resources: [...new Set(asList(Resource).map(inWords))],
      condition: Condition,
    })),
  );
}

function isGrant({ Effect }: Statement): boolean {
  return Effect === 'Allow';
}

/** A Markdown table: what README.md shows; with `more`, what docs/settings.md shows: what those allow beside it. */
export function permissionsTable(template: Template, more: readonly Template[] = []): string {
  const own = rowsOf(template);
  const others = more.flatMap((each) => [...rowsOf(each)]).filter((row) => !own.has(row));
  const rows = more.length > 0 ? new Set(others) : own;
  return [
    '| Function | May | On | Only where |',
    '|---|---|---|---|',
    ...[...rows].sort().map((row) => `| ${row} |`),
  ].join('\n');
}

function rowsOf(template: Template): ReadonlySet<string> {
  return new Set(
    permissionsOf(template).map(({ actions, condition, resources, role }) =>
      [role, list(actions), list(resources), conditionInWords(condition)].join(' | '),
    ),
  );
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(', ');
}

function conditionInWords(condition: unknown): string {
  const tests = Object.values(Object(condition)).flatMap((test) => Object.entries(Object(test)));
  return tests.map(([key, value]) => `\`${key}\` is ${list(asList(value).map(inWords))}`).join(' and ');
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function shortName(logicalId: string): string {
  const name = nameInStack(logicalId);
  return /^(Responder|NodeIndexer|Fallback|Notifier|Reporter)(?!ScheduleRole)/.exec(name)?.[1] ?? name;
}

/** An ARN without what is the same in all of them; a resource of the stack by its name there. */
function inWords(value: unknown): string {
  return resolved(value).replace(/^arn:<Partition>:[^:]*:[^:]*:[^:]*:/, '');
}

function resolved(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join, Ref } = Object(value);
  if (Array.isArray(attribute)) return nameInStack(String(attribute[0]));
  if (Array.isArray(join)) return asList(join[1]).map(resolved).join(String(join[0]));
  if (typeof Ref !== 'string') return JSON.stringify(value);
  return Ref.startsWith('AWS::') ? `<${Ref.slice(5)}>` : nameInStack(Ref);
}

/** `SpotResponderNotifierNotices1A2B3C4D` → `NotifierNotices`. What the responder itself has is named after the whole. */
function nameInStack(logicalId: string): string {
  const bare = logicalId.replace(/[0-9A-F]{8}$/, '').replace(/^SpotResponder/, '');
  return /^(Role|Logs|Function)/.test(bare) ? `Responder${bare}` : bare;
}
