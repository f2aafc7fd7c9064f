/** An EventBridge event pattern, as a rule of a template holds it. */
export type EventPattern = Readonly<Record<string, unknown>>;

/**
 * Whether EventBridge would match the event: every field of the pattern must; a list is an or; an event's list
 * matches when one of its values does.
 *
 * Rules: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @throws Error on an operator that is not known here: no match would be a guess.
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return patternsOf(wanted).some((each) => matchesPattern(each, event));
    const found: unknown = isObject(event) ? event[name] : undefined;
    if (!Array.isArray(wanted)) return matchesPattern(asPattern(wanted, name), found);
    const values = Array.isArray(found) ? found : [found];
    return wanted.some((each: unknown) => matchesField(each, found, values));
  });
}

function matchesField(wanted: unknown, found: unknown, values: readonly unknown[]): boolean {
  if (!isObject(wanted)) return values.includes(wanted);
  const [[operator, argument] = ['', undefined], ...more] = Object.entries(wanted);
  if (more.length > 0) throw new Error(`a matcher has one operator, not ${Object.keys(wanted).join(', ')}`);
  if (operator === 'exists') return (found !== undefined) === argument;
  if (found === undefined) return false;
  return values.some((value) => holds(operator, argument, value));
}

function holds(operator: string, argument: unknown, value: unknown): boolean {
  switch (operator) {
    case 'anything-but':
      return isObject(argument) ? !holdsOnly(argument, value) : !asList(argument).includes(value);
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(argument).toLowerCase();
    case 'numeric':
      return typeof value === 'number' && holdsNumeric(asList(argument), value);
    case 'prefix':
    case 'suffix':
      return typeof value === 'string' && holdsEnd(operator, argument, value);
    case 'wildcard':
      return typeof value === 'string' && wildcard(String(argument)).test(value);
    default:
      throw new Error(`the event pattern's operator ${operator} is not known here`);
  }
}

/** `{"anything-but": {"prefix": "a"}}`; its argument may be a list. */
function holdsOnly(matcher: Readonly<Record<string, unknown>>, value: unknown): boolean {
  const [[operator, argument] = ['', undefined]] = Object.entries(matcher);
  return asList(argument).some((each) => holds(operator, each, value));
}

function holdsEnd(operator: 'prefix' | 'suffix', argument: unknown, value: string): boolean {
  const ignoresCase = isObject(argument) && 'equals-ignore-case' in argument;
  const wanted = String(ignoresCase ? argument['equals-ignore-case'] : argument);
  const [text, end] = ignoresCase ? [value.toLowerCase(), wanted.toLowerCase()] : [value, wanted];
  return operator === 'prefix' ? text.startsWith(end) : text.endsWith(end);
}

/** `[">", 0, "<=", 5]`: all of them. */
function holdsNumeric(conditions: readonly unknown[], value: number): boolean {
  for (let at = 0; at < conditions.length; at += 2) {
    const bound = Number(conditions[at + 1]);
    const difference = value - bound;
    const signs: Readonly<Record<string, boolean>> = {
      '=': difference === 0,
      '<': difference < 0,
      '<=': difference <= 0,
      '>': difference > 0,
      '>=': difference >= 0,
    };
    const result = signs[String(conditions[at])];
    if (result === undefined) throw new Error(`numeric knows no ${String(conditions[at])}`);
    if (!result) return false;
  }
  return true;
}

function wildcard(text: string): RegExp {
  return new RegExp(`^${text.split('*').map(escaped).join('.*')}$`, 's');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function asPattern(value: unknown, name: string): EventPattern {
  if (isObject(value)) return value;
  throw new Error(`the event pattern's field ${name} is neither a list nor an object`);
}

function patternsOf(value: unknown): readonly EventPattern[] {
  return asList(value).map((each) => asPattern(each, '$or'));
}
