import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { systemClock } from '../../functions/clock.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import { dynamoOverview } from '../../functions/incidents/overview.ts';
import { asTyped } from '../as-typed.ts';
import { readFisEndpointAtHand } from '../at-hand.ts';
import { WITH_ALL_SETTINGS } from '../aws/redeploy.ts';
import { regionOf } from '../aws/region.ts';
import { type DeployedStack, readStack } from '../aws/stack.ts';
import { askConsent } from '../consent.ts';
import { exitCodes } from '../exit-codes.ts';
import { type DrillDeps, type DrillEnd, drill } from './drill.ts';
import { openExperiments } from './fis.ts';
import { findGroup } from './group.ts';
import { findInstance } from './instance.ts';
import { checkAlone, checkZones, type DrillTarget } from './target.ts';

export interface DrillOptions {
  readonly instance?: string;
  readonly group?: string;
  readonly region?: string;
  readonly stack: string;
  readonly yes?: true;
  readonly json?: true;
}

/** Ctrl-C, whoever ends the process, a terminal that is closed. */
const STOPPED_BY = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Drills an instance or a group, after asking. Returns the exit code. */
export async function runDrill(options: DrillOptions): Promise<number> {
  const { group, instance } = options;
  if ((instance === undefined) === (group === undefined))
    throw new ConfigurationError('drill: say what to drill: --instance ID, or --group NAME.');
  const settings = options.region ? { region: options.region } : {};
  const formation = new CloudFormationClient(settings);
  const region = await regionOf(formation);
  const stack = await readStack(formation, options.stack);
  const target = instance
    ? await findInstance(new EC2Client(settings), instance, region)
    : await findGroup(new AutoScalingClient(settings), group ?? '', region);
  const templateId = templateOf(stack, target);
  const experiments = openExperiments({
    region,
    credentials: formation.config.credentials,
    endpoint: readFisEndpointAtHand(),
  });
  await checkAlone(target);
  if (target.zones) checkZones(target, await experiments.zonesOf(templateId));
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  // Not once: a second Ctrl-C must not cut off what stops the experiment and takes the tag away.
  for (const each of STOPPED_BY) process.on(each, onInterrupt);
  try {
    const request = { command: 'drill', warning: target.warning, word: target.id };
    const consent = options.yes ? 'given' : await askConsent(request, stop);
    if (consent !== 'given') {
      console.error('Nothing was done.');
      return consent === 'stopped' ? exitCodes.interrupted : exitCodes.failed;
    }
    const end = await drill(target, templateId, {
      experiments,
      signal: stop.signal,
      ...watching(stack, settings),
    });
    console.log(
      options.json
        ? JSON.stringify({ schemaVersion: 1, target: target.id, ...end }, null, 2)
        : asTyped(describe(end)),
    );
    return exitCodeOf(end);
  } finally {
    for (const each of STOPPED_BY) process.removeListener(each, onInterrupt);
  }
}

function templateOf({ drills, name }: DeployedStack, { kind }: DrillTarget): string {
  const template = drills[kind];
  if (template !== undefined) return template;
  throw new ConfigurationError(
    `--stack ${name}: it holds no experiment template. Deploy it with drills: npx cdk deploy -c drills=true, ${WITH_ALL_SETTINGS}`,
  );
}

function watching(
  { table }: DeployedStack,
  settings: { readonly region?: string },
): Pick<DrillDeps, 'clock' | 'findIncident' | 'tell'> {
  const clock = systemClock;
  const client = new DynamoDBClient({ ...settings, maxAttempts: 1 });
  const overview = dynamoOverview({ client, table: table ?? '', clock, random: Math.random });
  return {
    clock,
    tell: (line) => console.error(line),
    findIncident: async (instanceId, since) => {
      const closed = await overview.closed(since, clock.now());
      const all = [...closed, ...(await overview.open())];
      return all.find((each) => each.instanceId === instanceId);
    },
  };
}

function describe(end: DrillEnd): string {
  switch (end.type) {
    case 'seen':
      return end.incident
        ? `The responder closed its incident: ${JSON.stringify(end.incident.standing)}. spot-responder status shows it.`
        : 'The experiment ran its time. spot-responder fallback explain POOL shows what the fallback made of it.';
    case 'unanswered':
      return 'AWS did its part, and the responder closed no incident. spot-responder doctor looks for the reason.';
    case 'failed':
      return `AWS FIS could not do it: ${end.reason}`;
    case 'stopped':
      return 'Stopped. An interruption that AWS has announced already is not taken back.';
  }
}

function exitCodeOf({ type }: DrillEnd): number {
  if (type === 'stopped') return exitCodes.interrupted;
  return type === 'seen' ? exitCodes.ok : exitCodes.failed;
}
