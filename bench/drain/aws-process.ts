import { systemClock } from '../../functions/clock.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { startSimulatedTable } from '../../simulator/table/table.ts';
import type { AwsAddresses, AwsContents } from './aws.ts';
import { startQueue } from './queue.ts';

const { cluster, nodes, region }: AwsContents = JSON.parse(process.argv[2] ?? '');
const account = await startSimulatedAccount({ clock: systemClock, region });
account.addCluster(cluster);
for (const { instanceId, name, zone } of nodes) {
  account.addInstance({
    instanceId,
    type: 'g5.12xlarge',
    zone,
    privateDnsName: name,
    tags: {
      'eks:cluster-name': cluster.name,
      'eks:nodegroup-name': 'gpu-spot',
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
    },
  });
}
const [table, queue] = await Promise.all([startSimulatedTable(), startQueue(account.endpoint)]);
process.on('message', (bodies: readonly string[]) => queue.put(bodies));
const addresses: AwsAddresses = {
  accountEndpoint: account.endpoint,
  queueEndpoint: queue.endpoint,
  queueUrl: `${queue.endpoint}/111122223333/interruptions`,
  tableEndpoint: table.endpoint,
  tableName: table.tableName,
};
process.send?.(addresses);
