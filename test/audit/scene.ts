import { type Audit, judge } from '../../audit/judge.ts';
import { assembleFleet } from '../../audit/read/assemble.ts';
import { readManifests } from '../../audit/read/files.ts';
import { RULES } from '../../audit/rules/registry.ts';

export async function auditFiles(...paths: readonly string[]): Promise<Audit> {
  return judge(assembleFleet(await readManifests(paths), { name: paths.join(', ') }), RULES);
}

/** `rule of Kind/name`, of what is neither suppressed nor a note. */
export function foundIn({ fleetFindings, judged }: Audit): readonly string[] {
  return [...fleetFindings, ...judged.flatMap(({ findings }) => findings)]
    .filter(({ ignored }) => !ignored)
    .map(({ about, rule }) => `${rule} of ${about.ref.kind}/${about.ref.name}`);
}
