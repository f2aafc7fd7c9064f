import { mapAtOnce } from '../../at-once.ts';
import { secondsBetween } from '../../clock.ts';
import type { ClusterPort } from '../../cluster/port.ts';
import type { Decision, Launch, Return } from '../decision.ts';
import type { PoolRecord } from '../ledger/record.ts';
import type { Refused } from '../tell/telling.ts';
import type { FallbackMember, PoolReading } from '../world/pool-world.ts';
import { launchInto } from './launch-into.ts';
import { emptyNode, isEmpty, type ReturnScene, releaseNode, restoreNode } from './return-node.ts';
import { mayAct, type Run } from './run.ts';
import { scalePlaceholders } from './scale-placeholders.ts';
import { spotSizeToSet } from './spot-size.ts';

/** Does what was decided; what is bought comes first. The answer is what AWS would not do. */
export async function carryOut(run: Run): Promise<readonly Refused[]> {
  const { decision } = run.decided;
  const refused: Refused[] = [];
  if (decision.action === 'scale-out')
    for (const launch of decision.launches) refused.push(...(await scaleOut(run, launch)));
  refused.push(...(await askSpot(run)));
  await scalePlaceholders(run);
  if (decision.action === 'return') refused.push(...(await returnNodes(run, decision)));
  return refused;
}

const NODES_AT_ONCE = 10;
/** As long as Auto Scaling may still show an instance whose termination it has begun. */
const TERMINATION_SECONDS = 3 * 60;

/** Nodes that this run may terminate: not asked for just now by a run whose answer may have been lost. */
export function terminable(
  { members }: PoolReading,
  decision: Decision,
  { terminations }: Pick<PoolRecord, 'terminations'>,
  now: Date,
): readonly FallbackMember[] {
  if (decision.action !== 'return') return [];
  // What never joined has nothing to drain.
  const names = new Set([...decision.terminate, ...decision.release]);
  return members
    .filter(({ name, node }) => names.has(name) && (decision.terminate.includes(name) || !node))
    .filter(({ instanceId }) => {
      const asked = terminations[instanceId];
      return !asked || secondsBetween(asked, now) >= TERMINATION_SECONDS;
    });
}

async function scaleOut(run: Run, launch: Launch): Promise<readonly Refused[]> {
  if (!mayAct(run)) return [];
  return launchInto(run, launch);
}

async function askSpot(run: Run): Promise<readonly Refused[]> {
  const size = spotSizeToSet(run.reading, run.decided);
  if (!size || !mayAct(run)) return [];
  const answer = await run.deps.groups.setDesired(size.group, size.desired);
  return answer.type === 'refused' ? [{ group: size.group, reason: answer.reason }] : [];
}

async function returnNodes(run: Run, decision: Return): Promise<readonly Refused[]> {
  const { deps, reading, until } = run;
  const cluster: ClusterPort = await deps.connect(reading.definition.cluster);
  const scene: ReturnScene = { deps, cluster, pool: reading.definition.name, until };
  const named = (names: readonly string[]) => reading.members.filter(({ name }) => names.includes(name));
  for (const member of named(decision.restore.map(({ node }) => node)))
    if (mayAct(run)) await restoreNode(scene, member);
  const ended = terminable(reading, decision, run.record, reading.now);
  const refused: Refused[] = [];
  for (const member of ended) if (mayAct(run)) refused.push(...(await terminate(run, scene, member)));
  await mapAtOnce(NODES_AT_ONCE, named(decision.release), async (member) => {
    if (mayAct(run)) await releaseNode(scene, member);
  });
  await mapAtOnce(NODES_AT_ONCE, named(decision.drain), async ({ node }) => {
    if (node && mayAct(run)) await emptyNode(scene, node);
  });
  return refused;
}

async function terminate(run: Run, scene: ReturnScene, member: FallbackMember): Promise<readonly Refused[]> {
  const { deps, reading } = run;
  if (!(await isEmpty(scene, member)) || !mayAct(run)) return [];
  const answer = await deps.groups.terminate(member.instanceId);
  deps.log.info('Fallback node returned', {
    pool: reading.definition.key,
    node: member.name,
    answer: answer.type,
  });
  return answer.type === 'refused' ? [{ group: member.group, reason: answer.reason }] : [];
}
