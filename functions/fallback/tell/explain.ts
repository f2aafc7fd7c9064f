import type { Decided } from '../decide.ts';
import type { FallbackGroup } from '../pool.ts';
import { countGpus } from '../release.ts';
import { sumGpus } from '../shortage.ts';
import type { PoolReading } from '../world/pool-world.ts';
import { unitOf } from './telling.ts';
import { plural, sayReason, sayRefusal } from './words.ts';

/** A line of an explanation: what it is about, and what is so. */
export type Line = readonly [topic: string, text: string];

/** The state of a pool, the decision and its arithmetic, in the order in which it is worked out. */
export function explain(reading: PoolReading, decided: Decided): readonly Line[] {
  return [
    ...explainShortage(reading, decided),
    ...(reading.noClaims
      ? [['karpenter', `its NodeClaims are not known: ${reading.noClaims}`] as const]
      : []),
    ...reading.state.fallbacks.map((group): Line => ['fallback', sayGroup(reading, group)]),
    ['hold', sayHold(reading, decided)],
    ...explainDecision(reading, decided),
    ...reading.members.map(
      ({ name, node, stays }): Line => [
        'node',
        `${name}: ${stays ?? (node ? 'can be returned' : 'never joined, can be returned')}`,
      ],
    ),
  ];
}

function explainShortage({ state }: PoolReading, { shortage }: Decided): Line[] {
  const { pods, pool, spot } = state;
  const waiting = sumGpus(pods.pending);
  const failure = spot.lastFailure
    ? `; newest failure ${spot.lastFailure.kind} at ${spot.lastFailure.at.toISOString()}`
    : '; no failed launch in the last hour';
  return [
    [
      'wanted',
      `${shortage.wantedGpus} = the larger of spot's ${spot.desiredGpus} and the pods' ${pods.boundGpus} bound + ${waiting} waiting, within ${pool.minGpus} to ${pool.maxGpus}`,
    ],
    [
      'spot',
      `${spot.readyGpus} ready, ${sumGpus(spot.launching)} starting, ${sumGpus(spot.doomed)} under notice, ${spot.unfilledGpus ?? 0} asked for and not begun${failure}`,
    ],
    [
      'short',
      `${shortage.shortGpus} = ${shortage.wantedGpus} wanted − ${spot.readyGpus} ready − ${shortage.creditGpus} on the way, at least 0`,
    ],
  ];
}

function sayGroup({ definition }: PoolReading, group: FallbackGroup): string {
  const own = definition.fallbacks.find((each) => each.group.name === group.name);
  const warm = own?.group.warm === undefined ? '' : `, ${own.group.warm} in its warm pool`;
  const price = group.dollarsPerNodeHour > 0 ? `, $${group.dollarsPerNodeHour} a node-hour` : '';
  const failure = group.lastFailure
    ? `; newest failure ${group.lastFailure.kind} at ${group.lastFailure.at.toISOString()}`
    : '';
  return `${group.name}: ${plural(group.nodes.length, 'node')} of ${group.gpusPerNode}, desired ${group.desired}, at most ${group.maxNodes}${warm}${price}${failure}`;
}

function sayHold(reading: PoolReading, { aheadGpus, holdMinutes, keepGpus, memory }: Decided): string {
  const gaps = memory.hold.gaps.length;
  const source =
    reading.definition.holdMinutes === undefined ? `learned from ${plural(gaps, 'gap')}` : 'by tag';
  const ahead = aheadGpus > 0 ? `, ${aheadGpus} of them ahead of a shortage that grows` : '';
  const has = countGpus(reading.state.fallbacks);
  return `keeps ${keepGpus} of the fallback's ${has}${ahead}; held for ${Math.round(holdMinutes)} min after they were last short (${source})`;
}

function explainDecision(reading: PoolReading, decided: Decided): Line[] {
  const { ask, decision } = decided;
  const unit = unitOf(reading);
  const refusals = 'refusals' in decision ? decision.refusals : [];
  return [
    ['decision', sayAction(decided)],
    ['because', sayReason(decided, reading.state, unit)],
    ...refusals.map((refusal): Line => ['refused', sayRefusal(refusal, unit)]),
    ...(ask
      ? [['ask', `the spot market is asked for ${ask.gpus} since ${ask.since.toISOString()}`] as const]
      : []),
    ...explainProbe(reading, decided),
  ];
}

/** What asks an autoscaler for spot that no pod waits for. */
function explainProbe({ noPlaceholders, state }: PoolReading, { probe }: Decided): Line[] {
  if (noPlaceholders) return [['probe', `none: ${noPlaceholders}`]];
  const { placeholders } = state.spot;
  if (!placeholders || !probe) return [];
  const { replicas, running } = placeholders;
  const pause = probe.pausedUntil
    ? `; spot was not to be had, asked for again at ${probe.pausedUntil.toISOString()}`
    : '';
  return [
    [
      'probe',
      `${plural(probe.replicas, 'placeholder')} for spot nodes, now ${replicas} of which ${running} on a node${pause}`,
    ],
  ];
}

function sayAction({ decision }: Decided): string {
  switch (decision.action) {
    case 'scale-out':
      return `scale out: ${decision.launches.map(({ desired, group }) => `${group} to ${desired}`).join(', ')}`;
    case 'refuse':
      return 'nothing, though it should be more';
    case 'keep':
      return 'keep';
    case 'return':
      return [
        ['restore', decision.restore.map(({ node }) => node)] as const,
        ['terminate', decision.terminate] as const,
        ['go on draining', decision.drain] as const,
        ['release', decision.release] as const,
      ]
        .filter(([, nodes]) => nodes.length > 0)
        .map(([step, nodes]) => `${step} ${nodes.join(', ')}`)
        .join('; ');
  }
}
