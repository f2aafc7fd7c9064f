import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

/** One cold start, in milliseconds since the process began; memory in megabytes. */
export interface Start {
  /** The handler's module is loaded. */
  readonly ready: number;
  /** Of that, loading it took so long. */
  readonly load: number;
  /** The first byte of its first request is there; absent where the handler asks for nothing. */
  readonly firstByte?: number;
  readonly memory: number;
}

/** What stands for Lambda's runtime: a plain script, the same for every handler. */
const RUNTIME = `
const began = performance.now();
const { handler } = await import(process.env.MODULE);
const ready = performance.now();
const memory = process.memoryUsage.rss() / 1e6;
console.log(JSON.stringify({ ready, load: ready - began, memory, origin: performance.timeOrigin }));
await handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => 60_000 }).catch(() => undefined);
process.exit();
`;

/** @param firstByteAt resolves with the time, in milliseconds since the epoch, when the process was heard of. */
export async function startOnce(
  module: string,
  event: unknown,
  variables: Readonly<Record<string, string>>,
  firstByteAt: Promise<number>,
): Promise<Start> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', RUNTIME], {
    env: { ...variables, MODULE: pathToFileURL(module).href, EVENT: JSON.stringify(event) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const heard = await Promise.race([firstByteAt, ended.then(() => undefined)]);
  child.kill('SIGKILL');
  await ended;
  const { load, memory, origin, ready } = JSON.parse(output.split('\n')[0] ?? '');
  return { ready, load, memory, ...(heard !== undefined && { firstByte: heard - origin }) };
}
