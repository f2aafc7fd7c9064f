import { depsForWorld, type WorldAddress } from '../../../cli/replay/embedded-deps.ts';
import { systemClock } from '../../../functions/clock.ts';
import { handleDelivery } from '../../../functions/respond/delivery.ts';

/**
 * As many Lambda environments as there will be events, in one process: each has clients, connections, slots and a name
 * of its own, and none knows of the others but through the table. All are up before, as warm environments are.
 */
const address: WorldAddress = JSON.parse(process.argv[2] ?? '');
const environments = Array.from({ length: Number(process.argv[3]) }, (_, at) =>
  depsForWorld(address, systemClock, `environment-${at}`),
);
process.on('message', async (events: readonly unknown[]) => {
  await Promise.all(environments.map((environment, at) => handleDelivery(events[at], environment)));
  process.send?.('done');
});
process.send?.('ready');
