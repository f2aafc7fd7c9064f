import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export interface Moto {
  readonly endpoint: string;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;

/** Starts moto's server, `program` of its Python environment, on a free port of 127.0.0.1. */
export async function startMoto(program: string): Promise<Moto> {
  const port = await freePort();
  const server = execa(program, ['-H', '127.0.0.1', '-p', String(port)], { reject: false, stdin: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const close = async () => {
    server.kill();
    await server;
  };
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    if (await isUp(endpoint)) return { endpoint, close };
    if (Date.now() < until && server.exitCode === null) continue;
    await close();
    throw new Error(`${program} does not answer on port ${port}`);
  }
}

async function isUp(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
