import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { bus } from '../announce/bus.ts';
import { systemClock } from '../clock.ts';
import { eksConnector } from '../cluster/connection.ts';
import { eksOver } from '../cluster/eks.ts';
import { readFallbackConfig } from '../config.ts';
import { trafficByCluster } from '../drain/traffic.ts';
import { openAwsGroups } from '../fallback/groups/aws-groups.ts';
import { dynamoPoolLedger } from '../fallback/ledger/ledger.ts';
import type { FallbackDeps } from '../fallback/run/deps.ts';
import { concernsOf } from '../fallback/run/nudges.ts';
import { runFallback } from '../fallback/run/pass.ts';
import { openRest } from '../fallback/run/rest.ts';
import { scopeOf } from '../table/keys.ts';
import { powertoolsLog } from '../telemetry/log.ts';

const { incidentTable, eventBus, region: home, regions } = readFallbackConfig();
const clock = systemClock;
const random = Math.random;
const log = powertoolsLog(new Logger({ serviceName: 'spot-responder-fallback' }));
const dynamo = new DynamoDBClient({ maxAttempts: 1 });
const owner = crypto.randomUUID();
const announcer = bus({ eventBridge: new EventBridgeClient({}), busName: eventBus });
const all = regions.map((region) => ({ deps: depsIn(region), rest: openRest(clock) }));

function depsIn(region: string): FallbackDeps {
  const patient = { region, maxAttempts: 6, retryMode: 'adaptive' };
  return {
    clock,
    random,
    region,
    log,
    groups: openAwsGroups(patient, { clock, random }),
    connect: eksConnector({
      region,
      clock,
      credentials: dynamo.config.credentials,
      lookUp: eksOver(new EKSClient(patient), region).describeCluster,
    }),
    traffic: trafficByCluster(clock),
    announcer,
    ledger: dynamoPoolLedger({
      client: dynamo,
      table: incidentTable,
      scope: scopeOf(region, home),
      clock,
      random,
      owner,
    }),
  };
}

/** For writing down how far we came. */
const MARGIN_MS = 10_000;

/**
 * Once a minute for all pools, or in five where there is none; between that for those that a batch of nudges from the
 * queue is about. A minute's run in which a pool could not be looked after has done its work by the end, and fails then: so
 * that its failure is counted, rings when the next ones fail too, and is kept with its reason.
 */
export const handler = async (event: unknown, context: { getRemainingTimeInMillis(): number }) => {
  const until = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS);
  const concerns = concernsOf(event);
  const done = await Promise.allSettled(
    all.map(async ({ deps, rest }) => {
      if (!concerns && rest.isOn()) return;
      const report = await runFallback(deps, until, concerns);
      if (!concerns) rest.after(report);
      log.info('Fallback reconciled', { ...report, region: deps.region });
      if (!concerns && report.failures.length > 0) throw new Error(report.failures.join(' '));
    }),
  );
  // A region's trouble does not keep the others' pools waiting.
  for (const each of done) if (each.status === 'rejected') throw each.reason;
};
