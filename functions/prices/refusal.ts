import { BAD_CREDENTIALS, DENIED } from '../aws-codes.ts';
import type { Refusal } from './answers.ts';

/** A part that cannot be had leaves the others standing: what went wrong is part of the answer. */
export async function orRefusal<T>(action: string, ask: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error ? error.name : 'Unknown';
    const said = error instanceof Error ? error.message : String(error);
    return { refused: { code, message: `${said}${/[.!?]$/.test(said) ? '' : '.'} ${remedy(action, code)}` } };
  }
}

export function isRefused(answer: object): answer is Refusal {
  return 'refused' in answer;
}

/** For people; what is no AWS error has no code of its own. */
export function describeRefusal({ refused: { code, message } }: Refusal): string {
  return code === 'Error' ? message : `${code}: ${message}`;
}

function remedy(action: string, code: string): string {
  if (DENIED.has(code)) return `Allow ${action} to whoever asks.`;
  if (BAD_CREDENTIALS.has(code)) return 'Give valid AWS credentials.';
  if (code === 'MaxConfigLimitExceeded')
    return 'Ask again with types and capacity that were asked for in the last 24 hours, or in a day.';
  if (code === 'InvalidParameterValue') return 'Look at how the instance types are spelt.';
  return 'Check that the address can be reached from here, and ask again.';
}
