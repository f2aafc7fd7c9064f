import { ConfigurationError } from '../../functions/errors.ts';
import { decide } from '../../functions/fallback/decide.ts';
import { newRecord, type PoolRecord } from '../../functions/fallback/ledger/record.ts';
import { explain } from '../../functions/fallback/tell/explain.ts';
import { type Observation, observe } from '../../functions/fallback/world/observe.ts';
import type { PoolReading } from '../../functions/fallback/world/pool-world.ts';
import type { LiveAccount } from './live-account.ts';

export interface Explanation {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

const DECISIONS_SHOWN = 10;

/**
 * What a pool's next run would decide, from the account and the clusters as they are now; writes nothing. Without a
 * table the pool is judged as if it were met for the first time. Throws `ConfigurationError` for a pool that is not there or broken.
 */
export async function explainPool(account: LiveAccount, pool: string): Promise<Explanation> {
  const observation = await observe(account, ({ key, name }) => key === pool || name === pool);
  const reading = findReading(observation, pool, account.region);
  const { key } = reading.definition;
  const record = (await account.ledger?.read([key]))?.get(key) ?? newRecord(key);
  const history = (await account.ledger?.history(key, DECISIONS_SHOWN)) ?? [];
  const decided = decide(reading.state, record.memory, reading.now);
  const lines = explain(reading, decided);
  return {
    text: [
      `Pool ${reading.definition.name} in cluster ${reading.definition.cluster}, ${account.region}, counted in ${reading.definition.countsGpus ? 'GPUs' : 'nodes'}`,
      ...(account.ledger ? [sayRecord(record)] : ['no table named: judged without memory']),
      '',
      ...lines.map(([topic, text]) => `  ${topic.padEnd(9)} ${text}`),
      ...(account.ledger ? ['', ...sayHistory(history)] : []),
    ].join('\n'),
    json: {
      pool: reading.definition.name,
      cluster: reading.definition.cluster,
      region: account.region,
      decidedAt: reading.now,
      decision: decided.decision,
      shortage: decided.shortage,
      keepGpus: decided.keepGpus,
      holdMinutes: decided.holdMinutes,
      aheadGpus: decided.aheadGpus,
      ...(decided.ask && { ask: decided.ask }),
      state: reading.state,
      nodes: reading.members.map(({ group, instanceId, name, stays }) => ({
        name,
        instanceId,
        group,
        ...(stays && { stays }),
      })),
      arithmetic: Object.fromEntries(lines.map(([topic, text]) => [topic, text])),
      record: account.ledger && { revision: record.revision, episode: record.episode, memory: record.memory },
      history,
    },
  };
}

function findReading({ broken, pools, unread }: Observation, pool: string, region: string): PoolReading {
  const [reading, ...others] = pools;
  if (others.length > 0)
    throw new ConfigurationError(
      `POOL ${pool} is in several clusters: name one of ${pools.map(({ definition }) => definition.key).join(', ')}.`,
    );
  if (reading) return reading;
  const problem = broken.find(({ key, name }) => key === pool || name === pool);
  if (problem) throw new ConfigurationError(`POOL ${pool} cannot be run: ${problem.problems.join('; ')}.`);
  const closed = unread[0];
  if (closed) throw new ConfigurationError(`POOL ${pool}: its cluster cannot be read: ${closed.reason}`);
  const known = broken.map(({ key }) => key);
  const hint = known.length > 0 ? ` Pools that are tagged but cannot be run: ${known.join(', ')}.` : '';
  throw new ConfigurationError(
    `POOL ${pool}: no group in ${region} has the tag spot-responder/pool=${pool.split('/').at(-1)}; tag its groups, or name another --region.${hint}`,
  );
}

function sayRecord({ episode, memory, revision }: PoolRecord): string {
  const open = Object.entries(memory.breakers).map(
    ([group, { openUntil }]) => `${group} left alone until ${openUntil.toISOString()}`,
  );
  return [`decision ${revision}`, episode ? `shortage ${episode}` : 'no shortage under way', ...open].join(
    ', ',
  );
}

function sayHistory(history: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return history.length > 0
    ? ['Decisions, newest first:', ...history.map(sayLine)]
    : ['Decisions: none yet, nothing had to be done or told'];
}

function sayLine(line: Readonly<Record<string, unknown>>): string {
  return `  ${line.decidedAt}  ${String(line.action).padEnd(9)} ${line.reason}`;
}
