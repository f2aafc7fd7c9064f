import { countReady, type MarketView, type Policy } from './replay.ts';

/** Never falls back. */
export function spotOnly(): Policy {
  return { name: 'spot only', decide: ({ wanted }) => ({ spot: wanted, fallback: 0 }) };
}

/** On-demand = what spot lacks, up and down at once. */
export function immediate(): Policy {
  return { name: 'immediate', decide: (view) => ({ spot: view.wanted, fallback: shortNodes(view) }) };
}

/** Up at once; down, all together, when spot has needed fewer nodes for so long. */
export function fixedHold(minutes: number): Policy {
  let surplusSince: number | undefined;
  return {
    name: `hold ${minutes} min`,
    decide(view) {
      const short = shortNodes(view);
      const surplus = view.fallback.length > short;
      surplusSince = surplus ? (surplusSince ?? view.minute) : undefined;
      const release = surplusSince !== undefined && view.minute - surplusSince >= minutes;
      if (release) surplusSince = undefined;
      return { spot: view.wanted, fallback: release ? short : Math.max(short, view.fallback.length) };
    },
  };
}

/** SkyServe's dynamic fallback: one base node always on demand, and what is left by the spot nodes that are ready. */
export function skyServe(): Policy {
  const base = 1;
  return {
    name: 'SkyServe',
    decide(view) {
      const spotWanted = view.wanted - base;
      const ready = Math.min(spotWanted, countReady(view.spot, view.minute));
      return { spot: spotWanted, fallback: base + spotWanted - ready };
    },
  };
}

/**
 * AutoSpotting: the group itself replaces lost nodes on demand; every five minutes at most one on-demand node is
 * replaced by a spot node, once that is ready.
 */
export function autoSpotting(): Policy {
  return {
    name: 'AutoSpotting',
    decide(view) {
      const ready = countReady(view.spot, view.minute);
      const booting = view.spot.length - ready;
      const runs = view.minute % AUTOSPOTTING_RUN_MINUTES === 0;
      const fallback = shortNodes(view);
      const spot = Math.min(view.wanted, view.spot.length + (runs && booting === 0 && fallback > 0 ? 1 : 0));
      return { spot, fallback };
    },
  };
}

const AUTOSPOTTING_RUN_MINUTES = 5;

/** A node under notice counts as lost. */
function shortNodes({ doomed, minute, wanted, spot }: MarketView): number {
  return Math.max(0, wanted - countReady(spot, minute) + doomed.length);
}
