import type { V1Container, V1Pod } from '@kubernetes/client-node';

/** What a pod cannot be run for; becomes its status message. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** The value of a field reference, as the downward API gives it. Throws `UnsupportedError`. */
export function fieldValue(pod: V1Pod, fieldPath: string): string {
  const { metadata, spec } = pod;
  const [, map, key] = /^metadata\.(annotations|labels)\['([^']+)'\]$/.exec(fieldPath) ?? [];
  if (map === 'annotations') return metadata?.annotations?.[key ?? ''] ?? '';
  if (map === 'labels') return metadata?.labels?.[key ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata?.name ?? '';
    case 'metadata.namespace':
      return metadata?.namespace ?? '';
    case 'metadata.uid':
      return metadata?.uid ?? '';
    case 'metadata.annotations':
      return formatMap(metadata?.annotations ?? {});
    case 'metadata.labels':
      return formatMap(metadata?.labels ?? {});
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
      return '127.0.0.1';
    default:
      throw new UnsupportedError(`the field ${fieldPath} is not known here`);
  }
}

/** One `key="value"` a line, sorted, quoted as Go does it (`fieldpath.FormatMap`). */
function formatMap(map: Readonly<Record<string, string>>): string {
  const keys = Object.keys(map).sort();
  return keys.map((key) => `${key}=${goQuote(map[key] ?? '')}`).join('\n');
}

const SHORT: Readonly<Record<string, string>> = { '\x07': '\\a', '\v': '\\v' };

function goQuote(text: string): string {
  const json = JSON.stringify(text);
  return json.replace(/\\u00([0-9a-f]{2})/g, (_, hex: string) => {
    return SHORT[String.fromCharCode(Number.parseInt(hex, 16))] ?? `\\x${hex}`;
  });
}

/** The container's own variables, in order: a later value may use an earlier one as `$(NAME)`. */
export function environmentOf(
  pod: V1Pod,
  container: V1Container,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = { ...given };
  for (const { name, value, valueFrom } of container.env ?? []) {
    const path = valueFrom?.fieldRef?.fieldPath;
    if (valueFrom && path === undefined)
      throw new UnsupportedError(`the source of variable ${name} is not known here`);
    env[name] = path === undefined ? expand(value ?? '', env) : fieldValue(pod, path);
  }
  return env;
}

/** `$(NAME)` becomes the variable's value where there is one; `$$` is a `$`. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  );
}
