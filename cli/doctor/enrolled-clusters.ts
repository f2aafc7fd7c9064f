import { eksOver } from '../../functions/cluster/eks.ts';
import { openAccessEntries } from '../enroll/access-entries.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface Clusters {
  readonly names: readonly string[];
  readonly findings: readonly Finding[];
}

/** Which clusters to look at: the one that was asked for, else every one that lets a role of the stack in. */
export async function enrolledClusters(patient: Patient, asked: string | undefined): Promise<Clusters> {
  if (asked !== undefined) return { names: [asked], findings: [] };
  const names: string[] = [];
  const look = async (): Promise<Finding[]> => {
    const others: string[] = [];
    for (const name of await eksOver(patient.aws.eks, patient.region).listClusters())
      (await isEnrolled(patient, name)) ? names.push(name) : others.push(name);
    if (names.length === 0)
      return [
        {
          type: 'wrong',
          about: patient.region,
          problem: 'no cluster is enrolled: interruptions find nobody to act for',
          remedy: `spot-responder enroll CLUSTER --region ${patient.region}${others.length > 0 ? `, of ${others.join(', ')}` : ''}`,
        },
      ];
    const rest = others.length > 0 ? `; not enrolled: ${others.join(', ')}` : '';
    return [{ type: 'ok', about: patient.region, detail: `${names.join(', ')} enrolled${rest}` }];
  };
  return { names, findings: await examine({ name: 'clusters', look }, patient) };
}

async function isEnrolled({ aws, region, stack }: Patient, cluster: string): Promise<boolean> {
  const entries = openAccessEntries(aws.eks, cluster, region);
  for (const { arn } of stack.roles) if (await entries.find(arn)) return true;
  return false;
}
