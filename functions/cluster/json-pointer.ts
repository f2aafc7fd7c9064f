/** One step of a JSON pointer (RFC 6901), as a JSON patch's `path` needs it. */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
