import { parseArgs } from 'node:util';
import { seeded } from '../seeded.ts';
import { runStorm } from './run.ts';

/** `npm run bench:slack`: a storm of interruptions through the notifier, and what Slack and its readers had of it. */
const { values } = parseArgs({
  options: {
    interruptions: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    speed: { type: 'string', default: '1' },
    clusters: { type: 'string', default: '1' },
    environments: { type: 'string', default: '2' },
    by: { type: 'string', default: 'bot' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const figures = await runStorm({
  interruptions: wholeNumber('interruptions', values.interruptions, 2_000),
  seconds: wholeNumber('seconds', values.seconds, 600),
  speed: wholeNumber('speed', values.speed, 50),
  clusters: wholeNumber('clusters', values.clusters, 50),
  environments: wholeNumber('environments', values.environments, 10),
  by: values.by === 'webhook' ? 'webhook' : 'bot',
  random: seeded(wholeNumber('seed', values.seed, 2 ** 31)),
});

if (values.json) console.log(JSON.stringify(figures, null, 2));
else print();

function print(): void {
  const { outcomeShown } = figures;
  const rows: readonly (readonly [string, string | number])[] = [
    [
      'interruptions × events',
      `${figures.interruptions} × ${figures.events / figures.interruptions} in ${values.clusters} clusters, by ${values.by}`,
    ],
    ['parent messages', figures.parents],
    ['messages posted', `${figures.posts} (${figures.replies} in threads)`],
    ['edits', figures.edits],
    ['removed', figures.removals],
    ['429s from Slack', figures.limited],
    ['refused for their blocks', figures.refused],
    ['dropped outcomes', figures.droppedOutcomes],
    ['dead letters', figures.deadLetters],
    ['first message after', `${figures.firstMessage.toFixed(1)} s`],
    [
      'an outcome shows after',
      `p50 ${outcomeShown.p50.toFixed(1)} s, p99 ${outcomeShown.p99.toFixed(1)} s, at most ${outcomeShown.max.toFixed(1)} s`,
    ],
    ['last outcome shows after', `${figures.lastOutcome.toFixed(1)} s`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(28)}${value}`);
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  console.error(`error: --${name} is "${text}"; it must be a whole number from 1 to ${most}.`);
  process.exit(2);
}
