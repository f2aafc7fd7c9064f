import type { LabelSelector } from './objects.ts';

type Labels = Readonly<Record<string, string>>;

/** A `policy/v1` selector: absent matches nothing, empty matches all. */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const byLabel = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return byLabel && (selector.matchExpressions ?? []).every((each) => matchesExpression(each, labels));
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function matchesExpression({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

export type Predicate<T> =
  | { readonly type: 'selects'; readonly test: (object: T) => boolean }
  | { readonly type: 'unsupported'; readonly message: string };

/** `labelSelector` of a query: `a=b`, `a!=b`, `a`, `!a`, joined by commas. Set notation is answered 400. */
export function parseLabelQuery(query: string): Predicate<Labels> {
  if (query.includes('(')) return { type: 'unsupported', message: `unable to parse requirement: ${query}` };
  const terms = splitTerms(query).map((term) => {
    const [, not, key = '', operator, value] = /^(!?)([^=!]+)(?:(==|=|!=)(.*))?$/.exec(term) ?? [];
    if (operator === undefined) return (labels: Labels) => (labels[key] !== undefined) === (not === '');
    return (labels: Labels) => (labels[key] === value) === (operator !== '!=');
  });
  return { type: 'selects', test: (labels) => terms.every((term) => term(labels)) };
}

/** `fieldSelector` of a query over the fields the resource offers; any other field is answered 400. */
export function parseFieldQuery<T>(
  query: string,
  fields: Readonly<Record<string, (object: T) => string>>,
): Predicate<T> {
  const terms: ((object: T) => boolean)[] = [];
  for (const term of splitTerms(query)) {
    const [, key = term, operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    const read = fields[key];
    if (read === undefined) return { type: 'unsupported', message: `field label not supported: ${key}` };
    terms.push((object) => (read(object) === value) === (operator !== '!='));
  }
  return { type: 'selects', test: (object) => terms.every((term) => term(object)) };
}

function splitTerms(query: string): string[] {
  return query
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}
