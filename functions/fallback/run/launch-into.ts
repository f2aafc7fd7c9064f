import { createHash } from 'node:crypto';
import type { Launch } from '../decision.ts';
import { classifyFailure } from '../failure.ts';
import type { LaunchIntent, PoolRecord } from '../ledger/record.ts';
import type { Refused } from '../tell/telling.ts';
import type { PoolReading } from '../world/pool-world.ts';
import type { Run } from './run.ts';

/** Makes a group as large as decided; by LaunchInstances where its owner wants an answer at once. */
export async function launchInto(run: Run, launch: Launch): Promise<readonly Refused[]> {
  const intent = run.record.launches[launch.group];
  if (!intent || intent.desired !== launch.desired) return setDesired(run, launch);
  return launchByZones(run, launch, intent);
}

/** The launches that go through LaunchInstances, each with its token: a run after a crash asks with the same, and gets the same. */
export function intendLaunches(
  { definition }: PoolReading,
  launches: readonly Launch[],
  record: PoolRecord,
): Readonly<Record<string, LaunchIntent>> {
  const synchronous = launches.filter(({ group }) =>
    definition.fallbacks.some((each) => each.group.name === group && each.launches === 'instances'),
  );
  return Object.fromEntries(
    synchronous.map(({ desired, group }) => {
      const before = record.launches[group];
      const token = before?.desired === desired ? before.token : `${group}-${desired}-${record.fence + 1}`;
      return [group, { token, desired }];
    }),
  );
}

/** 64 characters, as many as AWS takes; names of groups hold some that it does not. */
function asToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function setDesired({ deps }: Run, { desired, group }: Launch): Promise<readonly Refused[]> {
  const answer = await deps.groups.setDesired(group, desired);
  return answer.type === 'set' ? [] : [{ group, reason: answer.reason }];
}

/** Zone by zone until all nodes are launched; what no zone has is told, and asked of the next group by the next run. */
async function launchByZones(run: Run, launch: Launch, { token }: LaunchIntent): Promise<readonly Refused[]> {
  const group = run.reading.definition.fallbacks.find((each) => each.group.name === launch.group)?.group;
  if (!group) return [];
  let missing = launch.desired - group.desired;
  let failure: string | undefined;
  for (const zone of group.zones) {
    if (missing <= 0) break;
    // With the number: a run that goes on after a crash may miss fewer, and AWS takes a token for one request only.
    const request = {
      group: group.name,
      nodes: missing,
      zone,
      token: asToken(`${token}-${zone}-${missing}`),
    };
    const answer = await run.deps.groups.launch(request);
    if (answer.type === 'unsupported') {
      run.deps.log.warn('Scaled by its desired capacity: LaunchInstances was refused', {
        group: group.name,
        reason: answer.reason,
      });
      return setDesired(run, launch);
    }
    missing -= answer.launched;
    failure = answer.failure ?? failure;
  }
  if (missing <= 0) return [];
  const reason = failure ?? `no zone gave the last ${missing} nodes`;
  const { isKnown, kind, remedy } = classifyFailure(reason, {
    buys: group.buys ?? 'on-demand',
    region: run.reading.region,
    instanceTypes: group.instanceTypes,
  });
  if (!failure) return [{ group: group.name, reason }];
  const stopsPool = kind === 'CONFIG' && isKnown;
  return [{ group: group.name, reason: `${reason} ${remedy}`, kind, ...(stopsPool && { stopsPool }) }];
}
