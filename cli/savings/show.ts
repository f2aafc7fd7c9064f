import type { Losses, Savings } from '../../functions/savings/savings.ts';
import type { Account } from '../../functions/savings/settle.ts';
import { describeSavings } from '../../functions/savings/words.ts';
import { layOut } from '../replay/table.ts';

/** One row a pool, the sum of all, and what is not known. */
export function showSavings(savings: Savings): string {
  const { from, pools, to, total } = savings;
  const period = `${timeOf(from)} to ${timeOf(to)}`;
  if (pools.length === 0)
    return `Nothing was counted from ${period}. The node index counts once a minute, from its deployment on.`;
  const rows = pools.map((pool) => [pool.cluster, pool.pool, ...cellsOf(pool)]);
  const sum = pools.length > 1 ? [['all', '', ...cellsOf(total)]] : [];
  return [period, layOut([HEAD, ...rows, ...sum]), describeSavings(savings).join('\n')].join('\n\n');
}

const HEAD = [
  'CLUSTER',
  'POOL',
  'SPOT h',
  'ON-DEMAND h',
  'SPENT',
  'SAVED',
  'SAVES',
  'INTERRUPTED',
  'GPU h KEPT',
  'LOST ≤',
];

function cellsOf(account: Account & Losses): string[] {
  const { spotDollars, onDemandDollars, savedDollars } = account;
  const onSpot = spotDollars + savedDollars;
  return [
    account.spotHours.toFixed(1),
    account.onDemandHours.toFixed(1),
    `$${(spotDollars + onDemandDollars).toFixed(2)}`,
    `$${savedDollars.toFixed(2)}`,
    onSpot > 0 ? `${((savedDollars / onSpot) * 100).toFixed(0)}%` : '-',
    String(account.interruptions),
    account.keptGpuHours.toFixed(1),
    account.lostGpuHours.toFixed(1),
  ];
}

function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
