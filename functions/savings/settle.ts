import type { HourPrices } from './row.ts';
import type { HourTally, NodeGroup, Run } from './tally.ts';

/** What a pool's nodes ran and cost. Hours are node hours, dollars those of the list: no discount of the account is known. */
export interface Account {
  readonly spotHours: number;
  readonly onDemandHours: number;
  /** Reserved capacity, and nodes of which nobody says what they are: they have no price here. */
  readonly otherHours: number;
  readonly spotGpuHours: number;
  readonly onDemandGpuHours: number;
  readonly spotDollars: number;
  readonly onDemandDollars: number;
  /** What the spot hours would have cost on demand, less what they cost. */
  readonly savedDollars: number;
  /** Node hours of which a price is not known; they are in no sum of dollars that needs it. */
  readonly unpricedHours: number;
}

export const NOTHING: Account = {
  spotHours: 0,
  onDemandHours: 0,
  otherHours: 0,
  spotGpuHours: 0,
  onDemandGpuHours: 0,
  spotDollars: 0,
  onDemandDollars: 0,
  savedDollars: 0,
  unpricedHours: 0,
};

export function addAccounts(one: Account, other: Account): Account {
  const names = Object.keys(NOTHING) as (keyof Account)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Account;
}

/** The account of each pool of one cluster's hour. */
export function settleHour(
  { groups }: HourTally,
  prices: HourPrices | undefined,
): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const group of groups)
    for (const run of group.runs) {
      const account = settleRun(group, run, prices);
      accounts.set(group.pool, addAccounts(accounts.get(group.pool) ?? NOTHING, account));
    }
  return accounts;
}

const MINUTES = 60;
const SECONDS = 3600;

function settleRun(group: NodeGroup, run: Run, prices: HourPrices | undefined): Account {
  const [from, to, nodes] = run;
  const hours = ((to - from) / MINUTES) * nodes;
  const listed = prices?.onDemand[group.instanceType];
  switch (group.capacity) {
    case 'on-demand': {
      const priced = listed === undefined ? { unpricedHours: hours } : { onDemandDollars: hours * listed };
      return { ...NOTHING, onDemandHours: hours, onDemandGpuHours: hours * group.gpus, ...priced };
    }
    case 'spot':
      return {
        ...NOTHING,
        spotHours: hours,
        spotGpuHours: hours * group.gpus,
        ...settleSpot(group, run, prices, listed),
      };
    case 'reserved':
    case 'unknown':
      return { ...NOTHING, otherHours: hours };
  }
}

/** Each price counts for the seconds that it held; seconds before the first known price have none. */
function settleSpot(
  { instanceType, zone }: NodeGroup,
  [from, to, nodes]: Run,
  prices: HourPrices | undefined,
  listed: number | undefined,
): Pick<Account, 'spotDollars' | 'savedDollars' | 'unpricedHours'> {
  const changes =
    prices?.spot.find((each) => each.instanceType === instanceType && each.zone === zone)?.changes ?? [];
  let spotDollars = 0;
  let pricedHours = 0;
  for (const [index, [second, dollars]] of changes.entries()) {
    const begin = Math.max(second, from * MINUTES);
    const end = Math.min(changes[index + 1]?.[0] ?? SECONDS, to * MINUTES);
    if (end <= begin) continue;
    const hours = ((end - begin) / SECONDS) * nodes;
    spotDollars += hours * dollars;
    pricedHours += hours;
  }
  const hours = ((to - from) / MINUTES) * nodes;
  if (listed === undefined) return { spotDollars, savedDollars: 0, unpricedHours: hours };
  return {
    spotDollars,
    savedDollars: pricedHours * listed - spotDollars,
    unpricedHours: Math.max(0, hours - pricedHours),
  };
}
