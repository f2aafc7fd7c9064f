import type { Audit, Finding } from '../judge.ts';
import { allFindings, commandOf, countBySeverity } from './words.ts';

/** One object for programs; fields are added, never changed, within a schema version. */
export function jsonReport(audit: Audit): object {
  const { fleet, fleetFindings, judged, notices } = audit;
  return {
    schemaVersion: 1,
    name: fleet.name,
    counts: countBySeverity(allFindings(audit)),
    workloads: judged.map(({ findings, verdict, workload }) => ({
      ...workload.ref,
      ...(workload.part !== undefined && { part: workload.part }),
      ...(workload.place && { place: workload.place }),
      runs: workload.runs,
      pods: workload.pods,
      gpus: workload.gpus,
      spot: workload.spot,
      verdict,
      findings: findings.map(plain),
    })),
    nodeGroups: fleetFindings.map(plain),
    notices,
    unread: fleet.unread,
  };
}

function plain({ about, ignored, patch, rule, severity, why }: Finding) {
  const command = commandOf(patch);
  return { rule, severity, object: about.ref, why, patch, command, ...(ignored && { ignored }) };
}
