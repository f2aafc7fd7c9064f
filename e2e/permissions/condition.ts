/** Those of our templates. */
export const OPERATORS = ['StringEquals', 'StringLike', 'ForAllValues:StringLike'] as const;
type Operator = (typeof OPERATORS)[number];

/** A test of a policy's statement: `StringLike`, `aws:ResourceTag/owner`, `['a*']`. */
export interface Condition {
  readonly operator: Operator;
  readonly key: string;
  readonly values: readonly string[];
}

/** Whether IAM finds it true of what a request says of the key: nothing, one value, or several. */
export function holds({ operator, values }: Condition, found: readonly string[]): boolean {
  const isLikeOne = (text: string) => values.some((pattern) => isLike(pattern, text));
  switch (operator) {
    case 'StringEquals':
      return found.some((text) => values.includes(text));
    case 'StringLike':
      return found.some(isLikeOne);
    case 'ForAllValues:StringLike':
      return found.every(isLikeOne);
  }
}

/** IAM's patterns: `*` is any run of characters, `?` is one. */
export function isLike(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}
