import { systemClock } from '../../functions/clock.ts';
import { BUS_NAME } from '../../infra/spot-responder.ts';
import { type SimulatedAccount, startSimulatedAccount } from '../../simulator/account/account.ts';
import type { SimulatedResource } from '../../simulator/account/deployed.ts';
import type { SimulatedQueue } from '../../simulator/account/message-queue.ts';
import { type SimulatedSlack, startSimulatedSlack } from '../../simulator/slack/slack.ts';
import { type SimulatedTable, startSimulatedTable } from '../../simulator/table/table.ts';
import type { CliRun } from '../cli/run-cli.ts';
import { runHere } from '../cli/run-here.ts';
import { asOperator, region } from '../enroll/scene.ts';
import { synthesise, synthesiseForwarding } from '../infra/synthesise.ts';

/** The synthesised stack as it is after a deployment, with Slack, and the command line beside it. */
export interface DoctorScene {
  readonly account: SimulatedAccount;
  readonly slack: SimulatedSlack;
  readonly table: SimulatedTable;
  readonly deadLetters: readonly SimulatedQueue[];
  readonly failedRuns: SimulatedQueue;
  /** Changes what the services say of the resources whose logical id starts so. */
  change(logicalId: string, change: Partial<SimulatedResource>): void;
  /** What the extra region could not forward. */
  readonly notForwarded: SimulatedQueue;
  /** Deploys the extra region's rules otherwise. */
  changeForwarding(change: (rules: readonly SimulatedResource[]) => readonly SimulatedResource[]): void;
  /** Changes the notifier's variables and the channels with them. */
  setNotifier(variables: Readonly<Record<string, string>>): void;
  setStatus(status: string): void;
  /** Physical ids of what has one of these logical ids, but for CDK's suffix. */
  namesOf(...logicalIds: readonly string[]): readonly string[];
  /** By the output's name. */
  roleOf(output: string): string;
  run(...args: readonly string[]): Promise<CliRun>;
  diagnose(...args: readonly string[]): Promise<readonly Found[]>;
  findingsOf(check: string): Promise<readonly Found[]>;
  close(): Promise<void>;
}

export interface Found {
  readonly check: string;
  readonly type: 'ok' | 'wrong' | 'not-seen';
  readonly about: string;
  readonly detail?: string;
  readonly problem?: string;
  readonly remedy?: string;
  readonly reason?: string;
  readonly permission?: string;
}

const FORWARDING = 'eu-west-1';
const served = { homeRegion: region, extraRegions: FORWARDING };
const template = synthesise({ slackSecret: 'slack', ...served }).toJSON();
const forwarding = synthesiseForwarding(FORWARDING).toJSON();

export async function openDoctorScene(): Promise<DoctorScene> {
  const account = await startSimulatedAccount({ clock: systemClock, region });
  const [table, slack] = [await startSimulatedTable(), await startSimulatedSlack({ clock: systemClock })];
  account.putSecret('slack', slack.token);
  const queues: SimulatedQueue[] = [];
  let resources = deploy(account, queues, slack);
  let status = 'CREATE_COMPLETE';
  const notForwarded = account.addQueue({ name: 'NotForwarded' });
  const values: Readonly<Record<string, string>> = {
    IncidentTable: table.tableName,
    EventBus: BUS_NAME,
    ExtraRegions: FORWARDING,
  };
  const roleOf = (output: string) => `arn:aws:iam::111122223333:role/SpotResponder-${output}`;
  const redeploy = () =>
    account.addStack({
      name: 'SpotResponder',
      status,
      outputs: Object.entries<{ Description: string }>(template.Outputs).map(([key, { Description }]) => ({
        key,
        value: values[key] ?? roleOf(key),
        description: Description,
      })),
      resources,
      template,
    });
  redeploy();
  account.addStack({
    name: `SpotResponder-${FORWARDING}`,
    region: FORWARDING,
    outputs: [],
    resources: deployForwarding(notForwarded),
  });
  const environment = {
    ...asOperator(account),
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    SLACK_API_URL: slack.apiUrl,
  };
  const run = (...args: readonly string[]) => runHere(environment, ...args);
  const diagnose = async (...args: readonly string[]): Promise<readonly Found[]> =>
    JSON.parse((await run('doctor', '--json', ...args)).stdout).findings;
  const failedRuns = queues.find(({ url }) => url.includes('FailedRuns'));
  if (!failedRuns) throw new Error('the stack has no queue for runs that failed');
  return {
    account,
    slack,
    table,
    failedRuns,
    deadLetters: queues.filter(({ url }) => /dead/i.test(url)),
    roleOf,
    change: (logicalId, change) => {
      resources = resources.map((each) =>
        each.logicalId.startsWith(logicalId) ? { ...each, ...change } : each,
      );
      redeploy();
    },
    notForwarded,
    setNotifier: (variables) => {
      const answer = notifierWith(variables);
      resources = resources.map((each) =>
        each.answer && 'Environment' in each.answer ? { ...each, answer } : each,
      );
      redeploy();
    },
    changeForwarding: (change) => {
      account.addStack({
        name: `SpotResponder-${FORWARDING}`,
        region: FORWARDING,
        outputs: [],
        resources: change(deployForwarding(notForwarded)),
      });
    },
    namesOf: (...logicalIds) =>
      resources
        .map(({ logicalId }) => logicalId)
        .filter((each) => logicalIds.includes(each.replace(/[0-9A-F]{8}$/, ''))),
    setStatus: (now) => {
      status = now;
      redeploy();
    },
    run,
    diagnose,
    findingsOf: async (check) => (await diagnose()).filter((finding) => finding.check === check),
    close: async () => {
      await Promise.all([account.close(), table.close(), slack.close()]);
    },
  };
}

function deploy(
  account: SimulatedAccount,
  queues: SimulatedQueue[],
  slack: SimulatedSlack,
): readonly SimulatedResource[] {
  const made = Object.entries<{ Type: string; Properties?: Record<string, unknown> }>(template.Resources);
  return made.map(([logicalId, { Properties = {}, Type: type }]) => {
    const resource = { logicalId, type };
    if (type === 'AWS::Events::Rule') return { ...resource, answer: { Targets: targetsOf(Properties) } };
    if (type === 'AWS::SQS::Queue') {
      const name = typeof Properties.QueueName === 'string' ? Properties.QueueName : logicalId;
      const queue = account.addQueue({ name, visibilitySeconds: 30 });
      queues.push(queue);
      return { ...resource, physicalId: queue.url };
    }
    const isNotifier = type === 'AWS::Lambda::Function' && logicalId.includes('Notifier');
    return isNotifier ? { ...resource, answer: notifierWith({ SLACK_CHANNEL: slack.channel }) } : resource;
  });
}

interface TemplateTarget {
  readonly Id: string;
  readonly Arn: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly DeadLetterConfig?: unknown;
}

/** As EventBridge lists them: every queue and function is called by its logical id here, or by its own name. */
function targetsOf({ Targets }: { readonly Targets?: unknown }) {
  return (Targets as readonly TemplateTarget[]).map(({ Arn, DeadLetterConfig, Id }) => {
    const [logicalId] = Arn['Fn::GetAtt'];
    const { Properties, Type } = template.Resources[logicalId];
    const service = Type === 'AWS::SQS::Queue' ? 'sqs' : 'lambda';
    return {
      Id,
      Arn: `arn:aws:${service}:${region}:111122223333:${Properties.QueueName ?? logicalId}`,
      ...(DeadLetterConfig !== undefined && { DeadLetterConfig: { Arn: 'arn:aws:sqs:::dead' } }),
    };
  });
}

function notifierWith(variables: Readonly<Record<string, string>>) {
  return { Environment: { Variables: { SLACK_SECRET: 'slack', ...variables } } };
}

function deployForwarding({ arn }: SimulatedQueue): readonly SimulatedResource[] {
  const made = Object.entries<{ Type: string; Properties: { EventPattern: unknown } }>(forwarding.Resources);
  const bus = `arn:aws:events:${region}:111122223333:event-bus/${BUS_NAME}`;
  return made
    .filter(([, { Type }]) => Type === 'AWS::Events::Rule')
    .map(([logicalId, { Properties, Type: type }]) => ({
      logicalId,
      type,
      answer: {
        EventPattern: JSON.stringify(Properties.EventPattern),
        Targets: [{ Id: 'Target0', Arn: bus, DeadLetterConfig: { Arn: arn } }],
      },
    }));
}
