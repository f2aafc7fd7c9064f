import { randomUUID } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { type AwsCredentials, NodeSha256, stsHost } from '../../functions/cluster/eks-token.ts';
import { ask, type Question } from '../aws/ask.ts';

/** An experiment of AWS FIS, as it stands. */
export interface Experiment {
  readonly id: string;
  /** `pending`, `initiating`, `running`, `completed`, `stopping`, `stopped`, `failed`, or `cancelled` by the account's safety lever. */
  readonly status: string;
  readonly reason?: string | undefined;
}

/** What a drill asks of AWS FIS. Every method throws `AwsCallError` with the remedy. */
export interface Experiments {
  start(templateId: string): Promise<Experiment>;
  look(id: string): Promise<Experiment>;
  stop(id: string): Promise<void>;
  /** The command that does the same. */
  stopBy(id: string): string;
  /** The Availability Zones in which the template's experiments refuse capacity. */
  zonesOf(templateId: string): Promise<readonly string[]>;
}

export interface FisAccess {
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** @default the Region's own */
  readonly endpoint?: string | undefined;
}

/**
 * Four signed requests of its REST API. Its SDK client would bring along another generation of the whole SDK: the one
 * at hand is two years older than the others.
 */
export function openExperiments(access: FisAccess): Experiments {
  const { region } = access;
  const about = (operation: string, on: string): Question => ({ action: `fis:${operation}`, on, region });
  const raw = (question: Question, method: string, path: string, body?: object) =>
    ask(question, ({ abortSignal }) => send(access, { method, path, body }, abortSignal));
  const call = async (...asked: Parameters<typeof raw>) => answer.parse(await raw(...asked));
  return {
    start: async (experimentTemplateId) => {
      // One token for one drill: an answer that is lost must not start a second experiment.
      const body = { experimentTemplateId, clientToken: randomUUID() };
      const question = about('StartExperiment', `template ${experimentTemplateId}`);
      return flat(await call(question, 'POST', '/experiments', body));
    },
    look: async (id) =>
      flat(await call(about('GetExperiment', `experiment ${id}`), 'GET', `/experiments/${id}`)),
    stop: async (id) =>
      void (await call(about('StopExperiment', `experiment ${id}`), 'DELETE', `/experiments/${id}`)),
    stopBy: (id) => `aws fis stop-experiment --region ${region} --id ${id}`,
    zonesOf: async (id) => {
      const question = about('GetExperimentTemplate', `template ${id}`);
      const { experimentTemplate } = template.parse(await raw(question, 'GET', `/experimentTemplates/${id}`));
      return Object.values(experimentTemplate.actions).flatMap(
        ({ parameters }) => parameters?.availabilityZoneIdentifiers?.split(',') ?? [],
      );
    },
  };
}

const answer = z.object({
  experiment: z.object({
    id: z.string(),
    state: z.object({ status: z.string(), reason: z.optional(z.string()) }),
  }),
});

const template = z.object({
  experimentTemplate: z.object({
    actions: z.record(
      z.string(),
      z.object({
        parameters: z.optional(z.object({ availabilityZoneIdentifiers: z.optional(z.string()) })),
      }),
    ),
  }),
});

function flat({ experiment: { id, state } }: z.infer<typeof answer>): Experiment {
  return { id, ...state };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
}

async function send(
  { credentials, endpoint, region }: FisAccess,
  { body, method, path }: Request,
  signal: AbortSignal,
): Promise<unknown> {
  // Services of one partition share a domain.
  const base = new URL(endpoint ?? `https://${stsHost(region).replace(/^sts/, 'fis')}`);
  const signer = new SignatureV4({
    service: 'fis',
    region,
    credentials: await credentials(),
    sha256: NodeSha256,
  });
  const text = body && JSON.stringify(body);
  const signed = await signer.sign({
    method,
    protocol: base.protocol,
    hostname: base.hostname,
    path,
    query: {},
    headers: { host: base.host, 'content-type': 'application/json' },
    ...(text !== undefined && { body: text }),
  });
  const { host: _host, ...headers } = signed.headers;
  const response = await fetch(new URL(path, base), {
    method,
    headers,
    signal,
    ...(text !== undefined && { body: text }),
  });
  const parsed: unknown = await response.json().catch(() => ({}));
  if (response.ok) return parsed;
  throw refusal(response, parsed);
}

const fault = z.object({ message: z.optional(z.string()), Message: z.optional(z.string()) });

/** As the SDK's clients name their errors. */
function refusal({ headers, status }: Response, body: unknown): Error {
  const { message, Message } = fault.safeParse(body).data ?? {};
  const name = headers.get('x-amzn-errortype')?.split(':')[0] ?? `HTTP ${status}`;
  return Object.assign(new Error(message ?? Message ?? `HTTP ${status}`), { name });
}
