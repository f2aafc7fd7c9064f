import type { LeaderDesk } from './desk.ts';
import { type ElectionDeps, openElections } from './elections.ts';
import type { Offer } from './offer.ts';

/**
 * One run leads the drains of a cluster; the others cordon their node, offer it, and are done. So a storm shares one
 * queue per disruption budget and one connection pool, and an account that may run ten functions at once is enough
 * for any number of nodes. Nothing depends on it: without a table or an answer, each run drains its own node.
 */
export interface Leader<Result> {
  /** Asks who leads the cluster: from now on this process, if nobody does. `takeOver` drains what is offered. */
  enter(clusterName: string, takeOver: (offer: Offer) => Promise<Result>): Promise<Place>;
  /** Waits until nothing that was taken over is under way; what came of it. */
  settled(): Promise<readonly Result[]>;
}

export type Place =
  /** `leave` when the own drain is over. */
  | { readonly type: 'here'; readonly leave: () => void }
  | { readonly type: 'elsewhere'; readonly offer: (offer: Offer) => Promise<'taken' | 'declined'> };

/** Drains every node here and asks nobody: where there is no table. */
export const alone: Leader<never> = {
  enter: async () => ({ type: 'here', leave: () => undefined }),
  settled: async () => [],
};

export interface LeaderDeps extends ElectionDeps {
  readonly desk: LeaderDesk;
}

/** How often a leader looks for offers: a node that waits for it has no eviction under way. */
const LOOK_MS = 100;
/** How often who offered looks whether it was heard. Only its own end waits for that. */
const HEARD_MS = 500;
/** An offer that nobody takes within this time goes back to who made it. */
const OFFER_PATIENCE_MS = 2_000;
/** A storm's notices come within seconds. Later ones elect a leader anew, so that none outlives its function. */
const LONGEST_LEAD_MS = 60_000;
/** Renewed at this interval, well inside the lease. */
const RENEWAL_MS = 4_000;
/** As many as one small function drains at once; more are drained by who offered them. */
const MOST_DRAINS = 200;

/** Of this process, for all clusters. */
export function openLeader<Result>(deps: LeaderDeps): Leader<Result> {
  const leads = new Map<string, Lead<Result>>();
  const underWay = new Set<Promise<unknown>>();
  const results: Result[] = [];
  const elections = openElections(deps);

  return {
    async enter(clusterName, takeOver) {
      const election = leads.has(clusterName) ? 'won' : await elections.stand(clusterName);
      if (election === 'lost') return { type: 'elsewhere', offer: (offer) => offerAndWait(deps, offer) };
      if (election === 'none') return { type: 'here', leave: () => undefined };
      const lead = leads.get(clusterName) ?? begin(clusterName, takeOver);
      lead.drains += 1;
      return { type: 'here', leave: () => endOne(lead) };
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      return results.splice(0);
    },
  };

  function begin(clusterName: string, takeOver: (offer: Offer) => Promise<Result>): Lead<Result> {
    const lead: Lead<Result> = { clusterName, drains: 0, takeOver, accept };
    leads.set(clusterName, lead);
    keep(serve(deps, lead).finally(() => leads.delete(clusterName)));
    return lead;
  }

  function accept(lead: Lead<Result>, offer: Offer): void {
    lead.drains += 1;
    const drain = lead.takeOver(offer).then((result) => void results.push(result));
    keep(drain.finally(() => endOne(lead)));
  }

  function keep(work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => deps.log.warn('The leader failed', { error: String(error) }))
      .finally(() => underWay.delete(kept));
    underWay.add(kept);
  }
}

function endOne(lead: { drains: number }): void {
  lead.drains -= 1;
}

interface Lead<Result> {
  readonly clusterName: string;
  /** Under way in this process, own and taken over. */
  drains: number;
  readonly takeOver: (offer: Offer) => Promise<Result>;
  readonly accept: (lead: Lead<Result>, offer: Offer) => void;
}

/** Takes over what is offered while drains are under way; then gives the lead up and looks a last time. */
async function serve<Result>(deps: LeaderDeps, lead: Lead<Result>): Promise<void> {
  const { clock, desk } = deps;
  const until = clock.now().getTime() + LONGEST_LEAD_MS;
  let renewAt = clock.now().getTime() + RENEWAL_MS;
  do {
    await clock.sleep(LOOK_MS);
    await takeOffers(deps, lead);
    if (clock.now().getTime() < renewAt) continue;
    renewAt = clock.now().getTime() + RENEWAL_MS;
    if (!(await desk.lead(lead.clusterName).catch(() => true))) return;
  } while (lead.drains > 0 && clock.now().getTime() < until);
  await desk.resign(lead.clusterName);
  // Whoever offered between the last look and now would wait in vain.
  await takeOffers(deps, lead);
}

async function takeOffers<Result>({ desk, log }: LeaderDeps, lead: Lead<Result>): Promise<void> {
  try {
    const offers = await desk.offers(lead.clusterName);
    const room = Math.max(0, MOST_DRAINS - lead.drains);
    await Promise.all(
      offers.slice(0, room).map(async (offer) => {
        if (await desk.take(offer)) lead.accept(lead, offer);
      }),
    );
  } catch (error) {
    log.warn('Offers cannot be read, their owners drain', { error: String(error) });
  }
}

async function offerAndWait({ clock, desk, log }: LeaderDeps, offer: Offer): Promise<'taken' | 'declined'> {
  try {
    await desk.offer(offer);
    for (let waited = 0; waited < OFFER_PATIENCE_MS; waited += HEARD_MS) {
      await clock.sleep(HEARD_MS);
      if (!(await desk.isOpen(offer))) return 'taken';
    }
    return (await desk.take(offer)) ? 'declined' : 'taken';
  } catch (error) {
    log.warn('The offer got lost, draining alone', { error: String(error) });
    return 'declined';
  }
}
