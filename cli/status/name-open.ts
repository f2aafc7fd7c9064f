import type { Sighting } from '../../functions/incidents/overview.ts';
import { type IndexTable, readNodes } from '../../functions/node-index/index-table.ts';
import { asInstanceId } from '../../functions/signals/interruption.ts';
import { MOST_READ } from '../../functions/table/read-rows.ts';

/** The incident's row learns its cluster and node when it is closed; until then the node index knows them. */
export async function nameOpen(table: IndexTable, open: readonly Sighting[]): Promise<readonly Sighting[]> {
  const ids = [...new Set(open.flatMap(({ instanceId }) => asInstanceId(instanceId) ?? []))];
  const names = new Map<string, Pick<Sighting, 'cluster' | 'node'>>();
  for (let at = 0; at < ids.length; at += MOST_READ) {
    for (const [id, { value }] of await readNodes(table, ids.slice(at, at + MOST_READ)))
      names.set(id, { cluster: value.clusterName, node: value.nodeNameHint });
  }
  return open.map((sighting) => {
    const { cluster, node } = names.get(sighting.instanceId) ?? {};
    return { ...sighting, cluster: sighting.cluster ?? cluster, node: sighting.node ?? node };
  });
}
