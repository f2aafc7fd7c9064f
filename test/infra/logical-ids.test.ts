import { expect, test } from 'vitest';
import { synthesise, synthesiseForwarding } from './synthesise.ts';

/**
 * What an upgrade must not replace. A new id for the table loses its incidents, one for a queue its messages, one for a
 * role every cluster's access entry (EKS binds to the role itself, not to its name).
 */
test('logical ids of what holds state, or is enrolled in clusters, never change', () => {
  const { Outputs, Resources } = synthesise({ slackSecret: 'slack' }).toJSON();
  const kept = /^AWS::(DynamoDB::|SQS::Queue$|Events::EventBus$|IAM::Role$|Logs::)/;
  const ids = Object.entries<{ Type: string }>(Resources).filter(([, { Type }]) => kept.test(Type));
  expect(ids.map(([id, { Type }]) => `${Type} ${id}`).sort()).toMatchInlineSnapshot(`
    [
      "AWS::DynamoDB::GlobalTable SpotResponderIncidentsE777BD71",
      "AWS::Events::EventBus SpotResponderBus5F643A37",
      "AWS::IAM::Role SpotResponderFallbackRole04C3162C",
      "AWS::IAM::Role SpotResponderFallbackScheduleRole6BBBFA31",
      "AWS::IAM::Role SpotResponderNodeIndexerRoleA17CED0B",
      "AWS::IAM::Role SpotResponderNodeIndexerScheduleRoleED99C2D8",
      "AWS::IAM::Role SpotResponderNotifierRole87FB4141",
      "AWS::IAM::Role SpotResponderNotifierScheduleRole94392228",
      "AWS::IAM::Role SpotResponderReporterRole11AB7A73",
      "AWS::IAM::Role SpotResponderReporterScheduleRole07AC10D6",
      "AWS::IAM::Role SpotResponderRoleCBB4ACD9",
      "AWS::Logs::LogGroup SpotResponderFallbackLogs6E010961",
      "AWS::Logs::LogGroup SpotResponderLogsB664C83B",
      "AWS::Logs::LogGroup SpotResponderNodeIndexerLogs910B6D31",
      "AWS::Logs::LogGroup SpotResponderNotifierLogs7A56CEA7",
      "AWS::Logs::LogGroup SpotResponderReporterLogs6B982182",
      "AWS::SQS::Queue SpotResponderContinuationsQueue534FBFE4",
      "AWS::SQS::Queue SpotResponderDeadLetters26E9617E",
      "AWS::SQS::Queue SpotResponderFailedRuns338EF963",
      "AWS::SQS::Queue SpotResponderFallbackNudges235D022E",
      "AWS::SQS::Queue SpotResponderNotifierDeadLettersBA91821C",
      "AWS::SQS::Queue SpotResponderNotifierNotices99949545",
    ]
  `);
  expect(Object.keys(Outputs).sort()).toMatchInlineSnapshot(`
    [
      "DeadLetterQueue",
      "EventBus",
      "EventQueue",
      "FailedRunsQueue",
      "FallbackRole",
      "IncidentTable",
      "IndexRole",
      "ResponderRole",
    ]
  `);
});

test('nor do those of an extra region: its queue may hold events that could not be forwarded', () => {
  const { Resources } = synthesiseForwarding('eu-west-1').toJSON();
  const ids = Object.entries<{ Type: string }>(Resources).filter(([, { Type }]) =>
    /^AWS::(SQS::Queue|IAM::Role)$/.test(Type),
  );
  expect(ids.map(([id, { Type }]) => `${Type} ${id}`).sort()).toMatchInlineSnapshot(`
    [
      "AWS::IAM::Role ForwarderRoleD8BAA15A",
      "AWS::SQS::Queue DeadLettersBBF8BAAB",
    ]
  `);
});
