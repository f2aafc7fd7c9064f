/** Where the access to Slack is kept: a secret of Secrets Manager, or a parameter of Systems Manager. */
export type SecretPlace =
  | { readonly type: 'secret'; readonly name: string }
  /** The name begins with a slash. */
  | { readonly type: 'parameter'; readonly name: string };

/** No secret's name holds a colon, so that one setting says either. */
const PARAMETER = 'ssm:';

/** What a place may be written as, for people. */
export const PLACE_FORMS =
  'the name of a secret in Secrets Manager, or ssm: and the name of a SecureString parameter, such as ssm:/spot-responder/slack; never its value';

/** Takes what `isPlace` does, and a secret's ARN. */
export function placeOf(written: string): SecretPlace {
  return written.startsWith(PARAMETER)
    ? { type: 'parameter', name: written.slice(PARAMETER.length) }
    : { type: 'secret', name: written };
}

/** A token or the URL of a webhook, pasted in the place of the name, is none. */
export function isPlace(written: string): boolean {
  const { name, type } = placeOf(written);
  if (/(^|\/)xox[a-z]-/.test(name) || name.includes('//')) return false;
  return type === 'secret'
    ? /^[\w/+=.@-]{1,512}$/.test(name)
    : // docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
      /^(\/[\w.-]+){1,15}$/.test(name) && name.length <= 1_011 && !/^\/(aws|ssm)/i.test(name);
}

/** As messages name it. */
export function describePlace({ name, type }: SecretPlace): string {
  return type === 'secret' ? `Secret "${name}"` : `Parameter "${name}"`;
}
