import { ApiException } from '@kubernetes/client-node/dist/gen/apis/exception.js';

/** A refusal as the API server words it: the `Status` object of the answer, with its HTTP code. */
export interface ApiStatus {
  readonly code: number;
  /** For people; never empty. */
  readonly message: string;
  /** Kind or resource that the refusal is about, e.g. `pods`, `poddisruptionbudget`. */
  readonly kind: string;
  readonly causes: readonly { readonly reason: string; readonly message: string }[];
  /** From the header, else from the details. */
  readonly retryAfterSeconds?: number;
  /** Where an expired list may go on (410). */
  readonly continueToken?: string;
}

/** `undefined` when the error is no answer of a server. */
export function statusOfError(error: unknown): ApiStatus | undefined {
  if (!(error instanceof ApiException)) return undefined;
  return parseStatus(error.code, error.body, error.headers);
}

/** Reads a `Status` from the body of a refusal; proxies and load balancers answer with other things. */
export function parseStatus(
  code: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiStatus {
  const status = record(typeof body === 'string' ? parseJson(body) : body);
  const details = record(status.details);
  const seconds = Number(headers['retry-after'] ?? details.retryAfterSeconds ?? 0);
  const continueToken = text(record(status.metadata).continue);
  return {
    code,
    // Priority and fairness, and proxies, answer in plain text.
    message: text(status.message) || text(body).trim().slice(0, 200) || `HTTP ${code}`,
    kind: text(details.kind),
    causes: (Array.isArray(details.causes) ? details.causes : []).map((cause) => ({
      reason: text(record(cause).reason),
      message: text(record(cause).message),
    })),
    ...(seconds > 0 && { retryAfterSeconds: seconds }),
    ...(continueToken && { continueToken }),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
