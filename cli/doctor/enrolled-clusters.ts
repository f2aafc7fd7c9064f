import { eksOver } from '../../functions/cluster/eks.ts';
import { openAccessEntries } from '../enroll/access-entries.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import { enrollFlags, type Patient, type Place } from './patient.ts';

/** A cluster, and where it is: two regions may have one of the same name. */
interface Placed {
  readonly name: string;
  readonly place: Place;
}

interface Clusters {
  readonly found: readonly Placed[];
  readonly findings: readonly Finding[];
}

/** Which clusters to look at: those that were asked for by name, else every one that lets a role of the stack in. */
export async function enrolledClusters(patient: Patient, asked: string | undefined): Promise<Clusters> {
  const found: Placed[] = [];
  const look = async (): Promise<Finding[]> => {
    const others: Placed[] = [];
    for (const place of patient.places)
      for (const name of await eksOver(place.eks, place.region).listClusters())
        (asked === undefined ? await isEnrolled(patient, place, name) : name === asked)
          ? found.push({ name, place })
          : others.push({ name, place });
    return asked === undefined ? describe(patient, found, others) : [];
  };
  const findings = await examine({ name: 'clusters', look }, patient);
  const [home] = patient.places;
  // What is looked at then says that it is not there.
  if (asked !== undefined && found.length === 0 && home) found.push({ name: asked, place: home });
  return { found, findings };
}

function describe(
  { places, region }: Patient,
  found: readonly Placed[],
  others: readonly Placed[],
): Finding[] {
  if (found.length > 0) {
    const rest = others.length > 0 ? `; not enrolled: ${others.map(inWords).join(', ')}` : '';
    const about = places.map((place) => place.region).join(', ');
    return [{ type: 'ok', about, detail: `${found.map(inWords).join(', ')} enrolled${rest}` }];
  }
  const [first] = others;
  const flags = enrollFlags(first?.place.region ?? region, region);
  const choice = others.length > 0 ? `, of ${others.map(inWords).join(', ')}` : '';
  return [
    {
      type: 'wrong',
      about: places.map((place) => place.region).join(', '),
      problem: 'no cluster is enrolled: interruptions find nobody to act for',
      remedy: `spot-responder enroll CLUSTER ${flags}${choice}`,
    },
  ];

  function inWords({ name, place }: Placed): string {
    return place.region === region ? name : `${name} in ${place.region}`;
  }
}

async function isEnrolled({ stack }: Patient, { eks, region }: Place, cluster: string): Promise<boolean> {
  const entries = openAccessEntries(eks, cluster, region);
  for (const { arn } of stack.roles) if (await entries.find(arn)) return true;
  return false;
}
