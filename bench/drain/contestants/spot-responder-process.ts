import { depsForWorld, type WorldAddress } from '../../../cli/replay/embedded-deps.ts';
import { systemClock } from '../../../functions/clock.ts';
import { handleDelivery } from '../../../functions/respond/delivery.ts';

/**
 * As many Lambda environments as there are events, in one process: each has clients, connections, slots and a name of
 * its own, and none knows of the others but through the table. Modules are loaded before, as in a warm environment.
 */
const address: WorldAddress = JSON.parse(process.argv[2] ?? '');
process.on('message', async (events: readonly unknown[]) => {
  await Promise.all(
    events.map((event, at) => handleDelivery(event, depsForWorld(address, systemClock, `environment-${at}`))),
  );
  process.send?.('done');
});
process.send?.('ready');
