import { openAccess } from '../../../functions/cluster/access.ts';
import { clusterPort } from '../../../functions/cluster/adapter.ts';
import { locatedFromNode } from '../../../functions/locate/located-node.ts';
import { openIndexTable, readClusters, readNodes } from '../../../functions/node-index/index-table.ts';
import type { InstanceId } from '../../../functions/signals/interruption.ts';
import { scopeOf } from '../../../functions/table/keys.ts';
import { MOST_READ } from '../../../functions/table/read-rows.ts';
import { connectAsOperator, findCluster } from '../../enroll/cluster.ts';
import { enrollCommandFor } from '../enroll-command.ts';
import type { Check, Finding } from '../finding.ts';
import type { ClusterPatient } from '../patient.ts';

/** The index of nodes has seen the cluster lately, and knows its nodes. */
export const indexCheck: Check<ClusterPatient> = {
  name: 'node index',
  look: async (patient): Promise<Finding[]> => {
    const { aws, clock, cluster, place, region, stack } = patient;
    const table = openIndexTable({
      client: aws.dynamo,
      table: stack.table ?? '',
      scope: scopeOf(place.region, region),
      clock,
      random: Math.random,
    });
    const now = clock.now();
    const row = (await readClusters(table)).find(({ value }) => value.clusterName === cluster);
    const remedy = `${enrollCommandFor(patient)}; where its role was deleted and made again, --remove first: an access entry knows the old role only. The index function's log says why it was not let in`;
    if (!row || row.expiresAt <= now) {
      const problem = row
        ? `the index has not been let in since before ${row.expiresAt.toISOString()}`
        : 'the index has never been let in';
      return [{ type: 'wrong', about: cluster, problem, remedy }];
    }
    const instances = await instancesOf(patient);
    const unknown = new Set(instances);
    for (let at = 0; at < instances.length; at += MOST_READ)
      for (const [id, { expiresAt }] of await readNodes(table, instances.slice(at, at + MOST_READ)))
        if (expiresAt > now) unknown.delete(id);
    if (unknown.size === 0)
      return [{ type: 'ok', about: cluster, detail: `all ${instances.length} nodes known` }];
    // A node that has just joined is in the next pass.
    const names = [...unknown].slice(0, 3).join(', ');
    const problem = `${unknown.size} of ${instances.length} nodes are not in it: ${names}`;
    return [
      {
        type: 'wrong',
        about: cluster,
        problem,
        remedy: 'look again in two minutes; if they stay away, look into the log of the index function',
      },
    ];
  },
};

async function instancesOf({ clock, cluster, place, wayIn }: ClusterPatient): Promise<InstanceId[]> {
  const found = await findCluster(place.eks, cluster, place.region);
  const connection = await connectAsOperator(place.eks, found, wayIn);
  const port = clusterPort({ connection, access: openAccess(clock), clock, random: Math.random });
  const ids: InstanceId[] = [];
  for await (const node of port.listNodes()) {
    const located = locatedFromNode(node, cluster, place.region);
    if (located) ids.push(located.instanceId);
  }
  return ids;
}
