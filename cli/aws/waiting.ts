import { styleText } from 'node:util';

/** A person does not ask what is going on before that. */
const QUIET_MS = 2_000;

/** Says on a terminal what is waited for, once that takes long; the line goes when the answer comes. */
export interface Waiting {
  during<T>(what: string, work: Promise<T>): Promise<T>;
}

export function openWaiting(out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): Waiting {
  const slow = new Set<string>();
  const show = () => {
    const [first, ...others] = slow;
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    const line = first === undefined ? '' : styleText('dim', `  waiting for ${first}${more}`);
    out.write(`\r\x1b[K${line}`);
  };
  return {
    during: async (what, work) => {
      if (!out.isTTY) return work;
      const timer = setTimeout(() => {
        slow.add(what);
        show();
      }, QUIET_MS);
      try {
        return await work;
      } finally {
        clearTimeout(timer);
        if (slow.delete(what)) show();
      }
    },
  };
}
