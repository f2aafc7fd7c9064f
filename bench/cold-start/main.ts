import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { retimeEvent } from '../../functions/signals/retime.ts';
import { type Start, startOnce } from './start.ts';

/**
 * `npm run bench:cold-start`: each built bundle against a handler of one line, one fresh Node process a start, in turns, so
 * that what else the machine does falls on all alike. Medians.
 */
const { values } = parseArgs({
  options: { starts: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
});
const starts = Number(values.starts);
if (!Number.isInteger(starts) || starts < 1) {
  console.error(`error: --starts is "${values.starts}"; it must be a whole number from 1 on.`);
  process.exit(2);
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'cold-start-'));
const bare = join(folder, 'bare.mjs');
await writeFile(
  bare,
  "export const handler = async () => { const { request } = await import('node:http'); await new Promise((done) => request(process.env.AWS_ENDPOINT_URL).on('error', done).end()); };\n",
);
let heard: (at: number) => void = () => undefined;
const server = createServer((request) => {
  heard(performance.timeOrigin + performance.now());
  request.destroy();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
const modules = new Map([['bare', bare]]);
for (const name of await readdir(join(root, 'dist')))
  modules.set(name, join(root, 'dist', name, 'index.mjs'));
const events = await eventsByBundle();
const found = new Map<string, Start[]>([...modules.keys()].map((name) => [name, []]));
try {
  for (let round = 0; round <= starts; round += 1)
    for (const [name, module] of modules) {
      const firstByteAt = new Promise<number>((resolve) => {
        heard = resolve;
      });
      const start = await startOnce(module, events[name] ?? {}, variables(), firstByteAt);
      // The first round warms the page cache.
      if (round > 0) found.get(name)?.push(start);
    }
} finally {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
}
report();

function variables(): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-2',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_ENDPOINT_URL: endpoint,
    INCIDENT_TABLE: 'incidents',
    EVENT_BUS: 'spot-responder',
    CONTINUATION_QUEUE: `${endpoint}/111122223333/continuations`,
    SLACK_SECRET: 'slack',
  };
}

async function eventsByBundle(): Promise<Readonly<Record<string, unknown>>> {
  const read = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(root, 'events', path), 'utf8'));
  const body = JSON.stringify(await read('announced/interruption-received.json'));
  return {
    respond: retimeEvent(await read('spot-interruption-terminate.json'), new Date()),
    notify: { Records: [{ messageId: '1', body, eventSource: 'aws:sqs' }] },
  };
}

function report(): void {
  const rows = [...found].map(([name, all]) => ({
    name,
    ready: median(all.map(({ ready }) => ready)),
    load: median(all.map(({ load }) => load)),
    firstByte: median(all.flatMap(({ firstByte }) => firstByte ?? [])),
    memory: median(all.map(({ memory }) => memory)),
  }));
  if (values.json) return void console.log(JSON.stringify({ starts, rows }, null, 2));
  const [floor] = rows.filter(({ name }) => name === 'bare');
  console.log(`${starts} starts of each, medians; times in ms since the process began`);
  console.log(
    ['', 'loaded', 'of that load', '× bare', 'first byte', '× bare', 'memory MB']
      .map((text) => text.padEnd(14))
      .join(''),
  );
  for (const { firstByte, load, memory, name, ready } of rows) {
    const cells = [
      name,
      ready.toFixed(0),
      load.toFixed(0),
      (ready / (floor?.ready ?? 1)).toFixed(2),
      firstByte.toFixed(0),
      (firstByte / (floor?.firstByte ?? 1)).toFixed(2),
      memory.toFixed(0),
    ];
    console.log(cells.map((text) => text.padEnd(14)).join(''));
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
