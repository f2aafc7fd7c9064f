import { eksOver } from '../../functions/cluster/eks.ts';
import { AwsCallError } from '../../functions/errors.ts';
import { openAccessEntries } from '../enroll/access-entries.ts';
import { enrollFlags } from './enroll-command.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import type { Patient, Place } from './patient.ts';

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
  const others: Placed[] = [];
  const isWanted = (place: Place, name: string) =>
    asked === undefined ? isEnrolled(patient, place, name) : Promise.resolve(name === asked);
  const unseen: Finding[] = [];
  // One region after the other: EKS throttles such questions. Where one does not answer, the others are looked at all the same.
  for (const place of patient.places) {
    const look = async (): Promise<Finding[]> => {
      for (const name of await eksOver(place.eks, place.region).listClusters())
        ((await isWanted(place, name)) ? found : others).push({ name, place });
      return [];
    };
    unseen.push(...(await examine({ name: place.region, look }, patient)));
  }
  const [home] = patient.places;
  // What is looked at then says that it is not there.
  if (asked !== undefined && found.length === 0 && home) found.push({ name: asked, place: home });
  // What could not be looked at may have one.
  const isTold = asked === undefined && (found.length > 0 || unseen.length === 0);
  return { found, findings: [...(isTold ? describe(patient, found, others) : []), ...unseen] };
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
  try {
    for (const { arn } of stack.roles) if (await entries.find(arn)) return true;
    return false;
  } catch (error) {
    // One whose authentication mode is CONFIG_MAP knows no access entries.
    if (error instanceof AwsCallError && error.code === 'InvalidRequestException') return false;
    throw error;
  }
}
