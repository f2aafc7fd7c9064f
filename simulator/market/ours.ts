import { decide } from '../../functions/fallback/decide.ts';
import { classifyFailure } from '../../functions/fallback/failure.ts';
import { EMPTY_MEMORY, type Gpus, type Memory, type PoolState } from '../../functions/fallback/pool.ts';
import { countReady, type Instance, type MarketView, type Policy, type Targets } from './replay.ts';

/** This project's policy: the same `decide` that runs in the account, once a minute, with nodes of one GPU. */
export function ours(): Policy {
  let memory: Memory = EMPTY_MEMORY;
  /** Node name → minute at which its drain began. */
  const drains = new Map<string, number>();
  return {
    name: 'spot-responder',
    decide(view) {
      const next = decide(describePool(view, drains), memory, at(view.minute));
      memory = next.memory;
      return act(next.decision, view, drains);
    },
  };
}

const GROUP = 'on-demand';
const HOLD_MINUTES = 30;
const DRAIN_MINUTES = 1;
const SPOT_FAILURE = classifyFailure(
  'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration.',
  'spot',
);

function describePool(view: MarketView, drains: ReadonlyMap<string, number>): PoolState {
  const { minute, wanted, spot, fallback } = view;
  const launching = spot.filter((instance) => instance.readyAt > minute).map(toGpus);
  return {
    pool: { name: 'trace', minGpus: 0, maxGpus: wanted, holdMinutes: HOLD_MINUTES, stepNodes: wanted },
    spot: {
      desiredGpus: wanted,
      readyGpus: countReady(spot, minute),
      launching,
      doomed: [],
      ...(view.lastSpotFailureAt !== undefined && {
        lastFailure: { kind: SPOT_FAILURE.kind, at: at(view.lastSpotFailureAt) },
      }),
      ...(view.lastSpotLaunchAt !== undefined && { lastLaunchAt: at(view.lastSpotLaunchAt) }),
      ...(view.lastLossAt !== undefined && { lastNoticeAt: at(view.lastLossAt) }),
    },
    pods: { boundGpus: 0, pending: [] },
    fallbacks: [
      {
        name: GROUP,
        priority: 0,
        gpusPerNode: 1,
        dollarsPerNodeHour: 1,
        maxNodes: wanted,
        desired: fallback.length,
        nodes: fallback.map((instance) => describeNode(instance, minute, drains)),
      },
    ],
  };
}

function describeNode(instance: Instance, minute: number, drains: ReadonlyMap<string, number>) {
  const { name } = instance;
  const since = drains.get(name);
  const drain =
    since === undefined
      ? {}
      : { drain: { since: at(since), podsLeft: minute - since >= DRAIN_MINUTES ? 0 : 1 } };
  return { name, launchedAt: at(instance.launchedAt), doNotDisrupt: false, ...drain };
}

function act(
  decision: ReturnType<typeof decide>['decision'],
  { minute, wanted, fallback }: MarketView,
  drains: Map<string, number>,
): Targets {
  const size = fallback.length;
  switch (decision.action) {
    case 'scale-out':
      return { spot: wanted, fallback: decision.launches[0]?.desired ?? size };
    case 'release':
      for (const node of decision.nodes) drains.set(node, minute);
      return { spot: wanted, fallback: size };
    case 'restore':
      for (const node of decision.nodes) drains.delete(node);
      return { spot: wanted, fallback: size };
    case 'terminate':
      for (const node of decision.nodes) drains.delete(node);
      return { spot: wanted, fallback: size - decision.nodes.length };
    case 'refuse':
    case 'keep':
      return { spot: wanted, fallback: size };
  }
}

function toGpus(instance: Instance): Gpus {
  return { gpus: 1, since: at(instance.launchedAt) };
}

function at(minute: number): Date {
  return new Date(minute * 60_000);
}
