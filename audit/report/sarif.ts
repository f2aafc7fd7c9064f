import type { Audit, Finding } from '../judge.ts';
import type { Rule, Severity } from '../rule.ts';
import { allFindings, commandOf, nameOf } from './words.ts';

/** SARIF 2.1.0, as code scanning takes it: rules, results at their lines, suppressions with their reasons. */
export function sarifReport(audit: Audit, rules: readonly Rule[], version: string): object {
  const findings = allFindings(audit);
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'spot-responder', version, rules: rules.map(describeRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => toResult(finding, rules)),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...audit.notices.map((text) => ({ level: 'note', message: { text } })),
              ...audit.fleet.unread.map(({ reason, resource }) => ({
                level: 'warning',
                message: { text: `${resource} not looked at: ${reason}` },
              })),
            ],
          },
        ],
      },
    ],
  };
}

function describeRule({ explanation, id, severity, title }: Rule) {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    defaultConfiguration: { level: severity satisfies Severity },
    help: { text: explanation },
  };
}

function toResult(finding: Finding, rules: readonly Rule[]) {
  const { about, ignored, part, patch, rule, severity, why } = finding;
  const name = nameOf(about.ref, part);
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${name}: ${why}.\n\n${commandOf(patch)}` },
    locations: [
      {
        ...(about.place && { physicalLocation: physical(about.place) }),
        logicalLocations: [{ fullyQualifiedName: name, kind: 'resource' }],
      },
    ],
    // The same finding in the next run, wherever its lines have moved to.
    partialFingerprints: { 'ruleAndObject/v1': `${rule} ${name}` },
    ...(ignored && {
      suppressions: [
        { kind: 'inSource', ...(ignored.reason !== undefined && { justification: ignored.reason }) },
      ],
    }),
  };
}

function physical({ file, line }: { readonly file: string; readonly line: number }) {
  const uri = file === '-' ? 'stdin' : encodeURI(file.replaceAll('\\', '/'));
  return { artifactLocation: { uri }, region: { startLine: line } };
}
