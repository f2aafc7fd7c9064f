import { ConfigurationError } from './errors.ts';

/** Variables by name, as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value)
    throw new ConfigurationError(
      `Environment variable ${name} is not set; the stack sets it on the function.`,
    );
  return value;
}

export function oneOf<Value extends string>(
  environment: Environment,
  name: string,
  allowed: readonly Value[],
  fallback: Value,
): Value {
  const value = environment[name];
  if (value === undefined || value === '') return fallback;
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw new ConfigurationError(
      `Environment variable ${name} is "${value}"; it may be ${allowed.join(', ')}.`,
    );
  }
  return found;
}

export function wholeNumber(
  environment: Environment,
  name: string,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const value = environment[name];
  if (value === undefined || value === '') return fallback;
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
    throw new ConfigurationError(
      `Environment variable ${name} is "${value}"; it must be a whole number from ${least} to ${most}.`,
    );
  }
  return parsed;
}
