import type { Sighting } from '../../functions/incidents/overview.ts';
import { toPlain } from '../../functions/notify/message/mrkdwn.ts';
import { standOf, summarise } from '../../functions/notify/message/overview.ts';
import { nameOfKind, shortNode } from '../../functions/notify/message/words.ts';
import { layOut } from '../replay/table.ts';

/** Open incidents, closed ones, and the same sentences as the weekly digest's. */
export function showStatus(sightings: readonly Sighting[], since: Date): string {
  const open = sightings.filter(({ standing }) => standing.type !== 'closed');
  const closed = sightings.filter(({ standing }) => standing.type === 'closed');
  return [
    open.length > 0 ? `Open\n${tableOf(open, 'DEADLINE')}` : 'Nothing is open.',
    ...(closed.length > 0 ? [`Closed since ${timeOf(since)}\n${tableOf(closed, 'CLOSED')}`] : []),
    `Since ${timeOf(since)}\n${summarise(closed).map(toPlain).join('\n')}`,
  ].join('\n\n');
}

function tableOf(sightings: readonly Sighting[], when: 'DEADLINE' | 'CLOSED'): string {
  const rows = sightings.map((sighting) => {
    const { cluster, deadline, kind, noticedAt, standing } = sighting;
    const { symbol, title } = standOf(sighting);
    const at = standing.type === 'closed' ? standing.closedAt : deadline;
    const reason = standing.type === 'closed' ? standing.reason : undefined;
    return [
      shortNode(sighting),
      cluster ?? '-',
      nameOfKind(kind),
      timeOf(noticedAt),
      at ? timeOf(at) : '-',
      `${symbol} ${title}${reason === undefined ? '' : `: ${reason}`}`,
    ];
  });
  return layOut([['NODE', 'CLUSTER', 'SIGNAL', 'NOTICED', when, 'HOW IT STANDS'], ...rows]);
}

function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
