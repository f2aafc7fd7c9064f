import { readFile } from 'node:fs/promises';
import { runFallback } from '../../../functions/fallback/run/pass.ts';
import { respondAndFollow } from '../../../functions/respond/follow.ts';
import { aimEvent, retimeEvent } from '../../../functions/signals/retime.ts';
import { addressOf, depsForWorld, type WorldAddress } from '../embedded-deps.ts';
import { indexWorld } from '../embedded-index.ts';
import type { ReplayOptions } from '../options.ts';
import type { Replayed } from '../show.ts';
import { countRequests } from '../simulated-world.ts';
import { chooseWorkspace, startSlackReplay } from '../slack.ts';
import { printTimeline } from '../timeline.ts';
import { type EmbeddedWorld, startWorld } from '../world.ts';
import { type PacedClock, pacedClock } from './clock.ts';
import { fallbackDeps } from './deps.ts';
import { type Market, ON_DEMAND, openMarket, WANTED_GPUS } from './pool.ts';
import { openStory, type Story } from './story.ts';

/** Times as fast as the wall: while something is done, while Slack is told, and while nothing is but waiting. */
const ACTING = 15;
const TELLING = 6;
const WAITING = 400;

/** Minutes from the notice. */
const GONE_AT = 2;
const BACK_AT = 10;
const LAST = 60;

/**
 * A shortage from the first notice to the last on-demand node returned: the responder drains, the fallback's passes run each
 * minute, on a cluster and an account in memory. The wait between two passes is skipped through.
 */
export async function replayShortage(options: ReplayOptions, stopped: AbortSignal): Promise<Replayed> {
  const workspace = chooseWorkspace(options);
  const clock = pacedClock(new Date(), ACTING);
  const world = await startWorld(clock);
  try {
    const market = openMarket(world);
    const address = addressOf(world);
    await indexWorld(address, clock);
    const playing = { account: world.account, address, clock };
    await using slack = options.slack || workspace ? await startSlackReplay(playing, workspace) : undefined;
    const start = clock.now();
    const story = openStory(world, start, options.json ? undefined : process.stdout);
    const play = { options, stopped, world, market, story, address, clock, start, tellsSlack: !!slack };
    const reports = await playNotice(play);
    await playMinutes(play);
    clock.pace(TELLING);
    const conversation = await slack?.finish(stopped);
    return {
      scenario: 'shortage',
      dryRun: false,
      ignored: [],
      reports,
      requests: countRequests(world, 0),
      pool: story.end(),
      ...(conversation && { conversation }),
    };
  } finally {
    await world.close();
  }
}

interface Play {
  readonly options: ReplayOptions;
  readonly stopped: AbortSignal;
  readonly world: EmbeddedWorld;
  readonly market: Market;
  readonly story: Story;
  readonly address: WorldAddress;
  readonly clock: PacedClock;
  readonly start: Date;
  readonly tellsSlack: boolean;
}

const SAMPLE = new URL('../../../events/spot-interruption-terminate.json', import.meta.url);

/** Spot runs out, and one node gets its notice: the responder's part, and the pass that the notice nudges. */
async function playNotice(play: Play): Promise<Replayed['reports']> {
  const { address, clock, market, options, start, stopped, story } = play;
  market.runOut();
  story.tell('market', 'spot capacity runs out');
  const [doomed] = market.spot();
  if (!doomed) throw new Error('the pool has no spot node');
  const event = retimeEvent(aimEvent(JSON.parse(await readFile(SAMPLE, 'utf8')), doomed), start);
  const observe = options.json ? () => undefined : printTimeline(process.stdout, start, false);
  const run = { dryRun: false, lastTry: true, signal: stopped, observe };
  const deps = depsForWorld(address, clock, 'replay');
  const answer = await respondAndFollow(event, deps, run);
  await deps.leader.settled();
  await pass(play);
  await sleepUntil(play, GONE_AT);
  market.end(doomed);
  story.tell('gone', `instance ${doomed} is terminated, and none takes its place`);
  return answer.type === 'responded' ? answer.reports : [];
}

/** Minute by minute until spot has the pool again and people have been told. */
async function playMinutes(play: Play): Promise<void> {
  const { clock, market, story } = play;
  for (let minute = GONE_AT; minute <= LAST && !story.isOver(); minute++) {
    clock.pace(WAITING);
    await sleepUntil(play, minute);
    if (minute === BACK_AT) {
      market.comeBack();
      story.tell('market', 'spot capacity is back');
    }
    for (const name of market.minute()) story.tell('joined', `node ${name} takes pods`);
    story.count({
      isShort: market.readyGpus() < WANTED_GPUS,
      onDemandNodes: market.onDemand(),
      waitingPods: market.waitingPods(),
      group: ON_DEMAND,
    });
    await pass(play);
  }
}

const PASS_MS = 45_000;
const TELLING_MS = 8_000;

async function pass({ address, clock, stopped, story, tellsSlack, world }: Play): Promise<void> {
  clock.pace(ACTING);
  const deps = fallbackDeps(address, world.cluster.url, clock);
  await runFallback(deps, new Date(clock.now().getTime() + PASS_MS));
  if (!story.tellDecisions() || !tellsSlack) return;
  // Slack's limits are in real time: what is told must not fall into the skipped one.
  clock.pace(TELLING);
  await clock.sleep(TELLING_MS, stopped);
}

function sleepUntil({ clock, start, stopped }: Play, minute: number): Promise<void> {
  return clock.sleep(start.getTime() + minute * 60_000 - clock.now().getTime(), stopped);
}
