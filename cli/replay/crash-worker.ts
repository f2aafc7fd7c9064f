import { scaledClock } from '../../functions/clock.ts';
import { respond } from '../../functions/respond/respond.ts';
import type { CrashOrder } from './crash.ts';
import { depsForWorld } from './embedded-deps.ts';

/** The process that a replay kills: takes one order, responds, tells every moment to its parent. */
process.once('message', async (order: CrashOrder) => {
  const now = new Date(order.worldTime + (Date.now() - order.wallTime) * order.speed);
  const deps = depsForWorld(order.address, scaledClock(order.speed, now), 'doomed-run');
  await respond(order.event, deps, {
    dryRun: false,
    lastTry: false,
    signal: new AbortController().signal,
    observe: (instanceId, moment) => process.send?.({ instanceId, moment }),
  });
  process.disconnect();
});

process.send?.('ready');
