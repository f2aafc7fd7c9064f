import type { Finding } from './finding.ts';

const SIGNS: Readonly<Record<Finding['type'], string>> = { ok: '✓', wrong: '✗', 'not-seen': '?' };

/** One line a finding, and one more with what to do. */
export function showFindings(check: string, findings: readonly Finding[]): string {
  return findings.map((finding) => showFinding(check, finding)).join('\n');
}

function showFinding(check: string, finding: Finding): string {
  const head = `${SIGNS[finding.type]} ${check.padEnd(24)} ${finding.about}`;
  switch (finding.type) {
    case 'ok':
      return `${head}: ${finding.detail}`;
    case 'wrong':
      return `${head}: ${finding.problem}\n${REMEDY}${finding.remedy}`;
    case 'not-seen':
      return `${head}: could not look: ${finding.reason}${finding.permission ? `\n${REMEDY}missing permission: ${finding.permission}` : ''}`;
  }
}

const REMEDY = `${' '.repeat(27)}→ `;

export function showSum(findings: readonly Finding[]): string {
  const count = (type: Finding['type']) => findings.filter((finding) => finding.type === type).length;
  return `${count('ok')} well, ${count('wrong')} wrong, ${count('not-seen')} not seen.`;
}
