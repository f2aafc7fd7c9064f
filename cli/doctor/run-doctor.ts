import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { systemClock } from '../../functions/clock.ts';
import { asTyped } from '../as-typed.ts';
import { readSlackAtHand } from '../at-hand.ts';
import { regionOf } from '../aws/region.ts';
import { openSqs } from '../aws/sqs.ts';
import { readStack } from '../aws/stack.ts';
import { listResources } from '../aws/stack-resources.ts';
import { exitCodes } from '../exit-codes.ts';
import { checkWayIn, type WayIn } from '../way-in.ts';
import { clusterChecks, stackChecks } from './checks.ts';
import { enrolledClusters } from './enrolled-clusters.ts';
import { examine } from './examine.ts';
import type { Check, Finding } from './finding.ts';
import type { Patient, Place } from './patient.ts';
import { showFindings, showSum } from './show.ts';

export interface DoctorOptions extends WayIn {
  readonly cluster?: string;
  readonly region?: string;
  readonly stack: string;
  readonly json?: true;
}

/** Looks at every link and says what is wrong with it. Returns the exit code. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  checkWayIn(options);
  const patient = await findPatient(options);
  const all: (Finding & { readonly check: string })[] = [];
  const report = async <Of>(check: Check<Of>, of: Of) => {
    const findings = await examine(check, of);
    all.push(...findings.map((finding) => ({ check: check.name, ...finding })));
    if (!options.json) console.log(asTyped(showFindings(check.name, findings)));
  };
  for (const check of stackChecks) await report(check, patient);
  const clusters = await enrolledClusters(patient, options.cluster);
  all.push(...clusters.findings.map((finding) => ({ check: 'clusters', ...finding })));
  if (!options.json && clusters.findings.length > 0)
    console.log(asTyped(showFindings('clusters', clusters.findings)));
  for (const { name: cluster, place } of clusters.found)
    for (const check of clusterChecks) await report(check, { ...patient, cluster, place, wayIn: options });
  if (options.json) console.log(JSON.stringify({ schemaVersion: 1, findings: all }, null, 2));
  else console.log(showSum(all));
  return all.some(({ type }) => type !== 'ok') ? exitCodes.failed : exitCodes.ok;
}

async function findPatient({ region: given, stack: name }: DoctorOptions): Promise<Patient> {
  const settings = given ? { region: given } : {};
  const formation = new CloudFormationClient(settings);
  const region = await regionOf(formation);
  const stack = await readStack(formation, name);
  const resources = await listResources(formation, name);
  const { apiUrl: slackApiUrl } = readSlackAtHand();
  return {
    region,
    stack,
    resources,
    clock: systemClock,
    aws: {
      cloudFormation: formation,
      dynamo: new DynamoDBClient({ ...settings, maxAttempts: 1 }),
      events: new EventBridgeClient(settings),
      lambda: new LambdaClient(settings),
      scheduler: new SchedulerClient(settings),
      sqs: openSqs(settings),
    },
    places: [region, ...stack.extraRegions].map(placeIn),
    ...(slackApiUrl && { slackApiUrl }),
  };
}

function placeIn(region: string): Place {
  return {
    region,
    autoScaling: new AutoScalingClient({ region }),
    ec2: new EC2Client({ region }),
    eks: new EKSClient({ region }),
  };
}
