import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to the API server that is longer than it looks. */
export interface SlowLink {
  /** In place of the server's own URL; its certificate, HTTP/2 and client certificates work through the link. */
  readonly server: string;
  close(): Promise<void>;
}

/**
 * Puts a distance between clients and the API server, as a Lambda has it: `roundTripMs` for the connection, for
 * each turn of the TLS handshake, and for each request. Bytes are passed on as they are.
 */
export async function startSlowLink(server: string, roundTripMs: number): Promise<SlowLink> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const link = createServer({ noDelay: true, allowHalfOpen: true }, async (near) => {
    track(open, near);
    await sleep(roundTripMs);
    if (near.destroyed) return;
    const far = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    track(open, far);
    near.on('close', () => far.destroy());
    // What it said last is still on its way.
    far.on('close', () => setTimeout(() => near.destroy(), roundTripMs / 2));
    near.pipe(delayLine(roundTripMs / 2)).pipe(far);
    far.pipe(delayLine(roundTripMs / 2)).pipe(near);
  });
  link.listen(0, '127.0.0.1');
  await once(link, 'listening');
  const address = link.address();
  if (address === null || typeof address === 'string') throw new Error('the link has no port');
  return {
    server: `https://127.0.0.1:${address.port}`,
    close: async () => {
      link.close();
      for (const socket of open) socket.destroy();
      await once(link, 'close');
    },
  };
}

/** An end that breaks off takes the other with it; why is no matter here. */
function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => open.delete(socket));
}

/** Each chunk comes out `ms` later; chunks do not wait for each other. */
function delayLine(ms: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(() => this.push(chunk), ms);
      done();
    },
    flush: (done) => void setTimeout(done, ms),
  });
}
