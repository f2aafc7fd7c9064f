import type { Continuation } from '../continuation/continuation.ts';
import type { Claim } from '../incidents/incident.ts';
import type { Offer } from '../leader/offer.ts';
import type { Chapter } from './chapter.ts';

/** A dry run owns nothing, so it claims nothing: the real run must find the row untouched. */
export async function claimIncident(
  { interruption, deps, options, note }: Chapter,
  resumes: Continuation['resumes'],
): Promise<Claim | undefined> {
  if (options.dryRun) return undefined;
  const claim = resumes
    ? await deps.incidents.resume(interruption, resumes)
    : await deps.incidents.claim(interruption, { isSecondLook: options.lastTry });
  if (claim.type === 'claimed') {
    const how = claim.takeover ? 'took over a dead lease' : 'lease taken';
    const over = claim.supersedes ? `, superseding ${claim.supersedes}` : '';
    note({
      type: claim.takeover ? 'takeover' : 'claimed',
      at: deps.clock.now(),
      text: `${how}, fence ${claim.lease.fence}${over}`,
    });
  }
  return claim;
}

/** The lease changes hands; not when it was lost, or somebody was faster. */
export async function adoptIncident({ deps, note }: Chapter, { lease }: Offer): Promise<Claim> {
  const adopted = await deps.incidents.adopt(lease);
  if (!adopted) return { type: 'joined', incidentId: lease.incidentId, owner: 'another run' };
  note({ type: 'claimed', at: deps.clock.now(), text: `lease handed over, fence ${adopted.fence}` });
  return { type: 'claimed', lease: adopted, takeover: false };
}
