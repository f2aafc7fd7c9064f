import { writeFile } from 'node:fs/promises';
import type { Fleet } from '../../audit/fleet.ts';
import { type Audit, judge } from '../../audit/judge.ts';
import { assembleFleet } from '../../audit/read/assemble.ts';
import type { AwsReading } from '../../audit/read/aws-groups.ts';
import { readCluster } from '../../audit/read/cluster.ts';
import { readManifests } from '../../audit/read/files.ts';
import { jsonReport } from '../../audit/report/json.ts';
import { pageReport } from '../../audit/report/page.ts';
import { sarifReport } from '../../audit/report/sarif.ts';
import { textReport } from '../../audit/report/text.ts';
import { allFindings } from '../../audit/report/words.ts';
import { SEVERITIES, type Severity } from '../../audit/rule.ts';
import { RULES } from '../../audit/rules/registry.ts';
import { systemClock } from '../../functions/clock.ts';
import { ConfigurationError } from '../../functions/errors.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { exitCodes } from '../exit-codes.ts';
import { hang, widthOf } from '../replay/wrap.ts';
import { openReader, type ReaderChoice } from './open-reader.ts';

export interface AuditOptions extends ReaderChoice {
  readonly namespace?: string;
  readonly file?: readonly string[];
  readonly json?: true;
  readonly html?: string;
  readonly sarif?: string;
  readonly patches: boolean;
  readonly failOn: string;
}

export type Print = (text: string) => void;

/** Reads, judges and tells; the result is the exit code. Throws what an operator must mend. */
export async function runAudit(options: AuditOptions, print: Print): Promise<number> {
  const failOn = parseFailOn(options.failOn);
  const audit = judge(await readFleet(options), RULES);
  if (options.sarif !== undefined)
    await writeReport(
      '--sarif',
      options.sarif,
      `${JSON.stringify(sarifReport(audit, RULES, packageJson.version), null, 2)}\n`,
    );
  if (options.html !== undefined)
    await writeReport('--html', options.html, pageReport(audit, systemClock.now()));
  if (options.json) print(`${JSON.stringify(jsonReport(audit), null, 2)}\n`);
  else {
    const width = widthOf(process.stdout);
    print(`${textReport(audit, { width, showsPatches: options.patches, hang })}\n`);
  }
  return exitCodeFor(audit, failOn);
}

async function readFleet({ file, namespace, ...choice }: AuditOptions): Promise<Fleet> {
  const scope = namespace === undefined ? {} : { namespace };
  if (file) {
    const given = ['kubeconfig', 'context', 'cluster', 'region'].find((flag) => Object.hasOwn(choice, flag));
    if (given)
      throw new ConfigurationError(`--file reads manifests and --${given} a cluster: give one of them.`);
    return assembleFleet(await readManifests(file), { name: file.join(', '), ...scope });
  }
  const reader = await openReader(choice);
  const { raws, unread } = await readCluster(reader, namespace);
  const aws = await readAws(choice);
  const found = { awsGroups: aws.awsGroups, unread: [...unread, ...aws.unread] };
  return assembleFleet(raws, { name: reader.name, ...found, ...scope });
}

/** A cluster named as EKS names it has node groups there; a kubeconfig alone says nothing of them. */
async function readAws({ cluster, region }: ReaderChoice): Promise<AwsReading> {
  if (cluster === undefined) return { awsGroups: [], unread: [] };
  if (!region)
    return {
      awsGroups: [],
      unread: [{ resource: 'node groups of EKS', reason: 'no --region, and AWS_REGION is not set' }],
    };
  const { readAwsGroups } = await import('../../audit/read/aws-groups.ts');
  return readAwsGroups(cluster, { region, clock: systemClock });
}

function parseFailOn(text: string): readonly Severity[] {
  if (text === 'never') return [];
  const least = SEVERITIES.map(String).indexOf(text);
  if (least === -1)
    throw new ConfigurationError(`--fail-on is "${text}"; it must be ${SEVERITIES.join(', ')} or never.`);
  return SEVERITIES.slice(0, least + 1);
}

function exitCodeFor(audit: Audit, failOn: readonly Severity[]): number {
  const counts = allFindings(audit).filter(({ ignored, severity }) => !ignored && failOn.includes(severity));
  return counts.length > 0 ? exitCodes.findings : exitCodes.ok;
}

async function writeReport(flag: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new ConfigurationError(
      `${flag} ${file}: cannot be written (${code}). Give a file in a folder that exists.`,
      {
        cause,
      },
    );
  }
}
