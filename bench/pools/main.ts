import { parseArgs } from 'node:util';
import { type PassFigures, runPools } from './run.ts';

/** `npm run bench:pools`: one pass of the fallback over many pools, through latency and the throttle that --bucket and --refill say. */
const { values } = parseArgs({
  options: {
    pools: { type: 'string', default: '500' },
    clusters: { type: 'string', default: '10' },
    short: { type: 'string', default: '100' },
    bucket: { type: 'string', default: '50' },
    refill: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});

const pools = wholeNumber('pools', values.pools, 2_000);
const figures = await runPools({
  pools,
  clusters: wholeNumber('clusters', values.clusters, 50),
  short: wholeNumber('short', values.short, pools),
  quota: {
    capacity: wholeNumber('bucket', values.bucket, 10_000),
    refillPerSecond: wholeNumber('refill', values.refill, 10_000),
  },
});

if (values.json) console.log(JSON.stringify(figures, null, 2));
else for (const each of figures) print(each);

function print({
  awsRequests,
  calls,
  clusterRequests,
  ends,
  name,
  seconds,
  tableRequests,
  throttled,
}: PassFigures): void {
  const ended = Object.entries(ends).filter(([, count]) => count > 0);
  const counted = (rows: readonly (readonly [string, number])[]) =>
    rows.map(([what, count]) => `${what} ${count}`).join(', ');
  console.log(`${name.padEnd(18)}${seconds.toFixed(1)} s; pools: ${counted(ended)}`);
  console.log(`${''.padEnd(18)}AWS: ${counted(Object.entries(calls))}`);
  console.log(`${''.padEnd(18)}of ${awsRequests} requests to AWS ${throttled} were throttled`);
  console.log(`${''.padEnd(18)}table: ${tableRequests} requests; API servers: ${clusterRequests}`);
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  console.error(`error: --${name} is "${text}"; it must be a whole number from 1 to ${most}.`);
  process.exit(2);
}
