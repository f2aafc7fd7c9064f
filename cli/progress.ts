import { styleText } from 'node:util';

/** Shows what is being started, one line a step; on a terminal the line changes while the step lasts. */
export interface Progress {
  /** Runs a step; `update` says how far it is. The line stays with what the step says at its end and how long it took. */
  step<T>(name: string, work: (update: (text: string) => void) => Promise<T>): Promise<T>;
  note(text: string): void;
}

/** Of the column with what is started. */
export const NAME_WIDTH = 15;

export function showProgress(out: NodeJS.WriteStream, nameWidth = NAME_WIDTH): Progress {
  return {
    step: async (name, work) => {
      const began = performance.now();
      let latest = '';
      const line = () => `  ${name.padEnd(nameWidth)}${latest}`;
      const show = () => {
        if (out.isTTY) out.write(`\r\x1b[K${styleText('dim', line(), { stream: out })}`);
      };
      show();
      try {
        const result = await work((text) => {
          latest = text;
          show();
        });
        const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
        out.write(`${out.isTTY ? '\r\x1b[K' : ''}${line()}  ${styleText('dim', took, { stream: out })}\n`);
        return result;
      } catch (error) {
        if (out.isTTY) out.write('\r\x1b[K');
        throw error;
      }
    },
    note: (text) => void out.write(`${text}\n`),
  };
}

export const noProgress: Progress = {
  step: (_name, work) => work(() => undefined),
  note: () => undefined,
};
