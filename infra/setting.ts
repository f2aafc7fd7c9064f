import { Token } from 'aws-cdk-lib';
import * as z from 'zod/mini';
import { ConfigurationError } from '../functions/errors.ts';

/** One setting: how it reads in a table, and how it is read from what a user wrote. */
export interface Setting<Value> {
  readonly what: string;
  readonly mayBe: string;
  /** As a user would write it; absent: nothing. */
  readonly fallback?: Value;
  /** @throws ConfigurationError of one line that names the setting. */
  read(name: string, given: unknown): Value;
}

interface Words {
  readonly what: string;
}

interface WithFallback<Value> extends Words {
  readonly fallback: Value;
}

interface Fitting extends Words {
  readonly mayBe: string;
  /** Asked only of what is known at synth: in an app of your own an id or ARN may be a token. */
  readonly fits: (text: string) => boolean;
  /** What is wrong is not shown: it may be a secret that was given in the place of its name. */
  readonly hushed?: true;
}

export function oneOf<const Value extends string>(
  values: readonly Value[],
  { what, fallback }: Words & { readonly fallback: NoInfer<Value> },
): Setting<Value> {
  return setting({ what, fallback, mayBe: values.join(', ') }, z.pipe(asText, z.enum(values)));
}

/** Minutes, seconds: a command line gives them as text. */
export function wholeNumber(
  { least, most }: { readonly least: number; readonly most: number },
  { what, fallback }: WithFallback<number>,
): Setting<number> {
  const number = z.int().check(z.gte(least), z.lte(most));
  const mayBe = `a whole number from ${least} to ${most}`;
  return setting({ what, fallback, mayBe }, z.union([z.pipe(digits, number), number]));
}

export function flag({ what, fallback }: WithFallback<boolean>): Setting<boolean> {
  const word = z.pipe(
    z.enum(['true', 'false']),
    z.transform((text) => text === 'true'),
  );
  return setting({ what, fallback, mayBe: 'true or false' }, z.union([z.boolean(), word]));
}

export function text(words: Fitting & { readonly fallback: string }): Setting<string>;
export function text(words: Fitting): Setting<string | undefined>;
export function text({
  fits,
  ...words
}: Fitting & { readonly fallback?: string }): Setting<string | undefined> {
  return setting(words, fitting(fits));
}

function fitting(fits: Fitting['fits']): z.ZodMiniType<string, string> {
  return z.string().check(z.refine((given) => Token.isUnresolved(given) || fits(given)));
}

/** A JSON list, or names with commas between them. */
export function list({ fits, ...words }: Fitting): Setting<readonly string[]> {
  const names = z.array(fitting(fits));
  const commas = z.pipe(
    z.string(),
    z.transform((given) =>
      Token.isUnresolved(given) ? [given] : given.split(',').map((name) => name.trim()),
    ),
  );
  return setting({ ...words, fallback: [] }, z.union([names, z.pipe(commas, names)]));
}

/** A list that may also be one token, such as a parameter's `valueAsList`: what is in it is known at deployment only. */
export function ids(words: Fitting): Setting<readonly string[]> {
  const known = list(words);
  const isToken = (given: unknown): given is readonly string[] =>
    Array.isArray(given) && Token.isUnresolved(given);
  return { ...known, read: (name, given) => (isToken(given) ? given : known.read(name, given)) };
}

/** JSON as such in a file, as text from a command line. */
export function json<Value>(
  schema: z.ZodMiniType<Value>,
  words: WithFallback<Value> & { readonly mayBe: string; readonly hushed?: true },
): Setting<Value> {
  const written = z.pipe(z.string(), z.transform(parseJson));
  return setting(words, z.union([schema, z.pipe(written, schema)]));
}

const asText = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
const digits = z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number));

function parseJson(written: string, context: z.core.ParsePayload): unknown {
  try {
    return JSON.parse(written);
  } catch {
    context.issues.push({ code: 'custom', message: 'is not JSON', input: written });
    return z.NEVER;
  }
}

function setting<Value>(
  { hushed, ...words }: Omit<Setting<Value>, 'read'> & { readonly hushed?: true },
  schema: z.ZodMiniType<Value>,
): Setting<Value> {
  return {
    ...words,
    read: (name, given) => {
      // An option that is given empty (`-c slackChannel=`) counts as not given, as an empty variable does.
      if (given === undefined || given === '') return words.fallback as Value;
      const parsed = z.safeParse(schema, given);
      if (parsed.success) return parsed.data;
      const is = hushed ? `${partOf(parsed.error)} is something else` : ` is ${JSON.stringify(given)}`;
      throw new ConfigurationError(`${name}${is}; it must be ${words.mayBe}.`);
    },
  };
}

/** Which part of a JSON setting is wrong, such as `[0].channel`; empty where it is all of it. */
function partOf({ issues: [issue] }: z.core.$ZodError): string {
  if (!issue) return '';
  const errors = issue.code === 'invalid_union' ? issue.errors.flat() : [issue];
  const paths = errors.map(({ path }) => path.map(pathStep).join(''));
  return paths.reduce((longest, path) => (path.length > longest.length ? path : longest), '');
}

function pathStep(step: PropertyKey): string {
  return typeof step === 'number' ? `[${step}]` : `.${String(step)}`;
}
