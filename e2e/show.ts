import { comparePermissions } from './permissions/compare.ts';
import type { Result } from './world/play.ts';

/** Each scenario's figures, and of those that failed what the functions warned of last. */
export function showFigures(results: readonly Result[]): void {
  const width = Math.max(...results.map(({ scenario }) => scenario.name.length));
  console.log();
  for (const { claims, figures, problem, scenario, seconds } of results) {
    const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    const end = problem ? 'FAILED' : `${claims} claims`;
    console.log(
      [scenario.name.padEnd(width), `${seconds.toFixed(1)} s`.padStart(8), end, ...told].join('  '),
    );
  }
  for (const { problem, scenario } of results)
    if (problem) console.error(`\n${scenario.name}: ${problem.message}\n${lastLines(problem.log)}`);
}

/** What each function's memory size is to be judged by. */
export function showMemory(results: readonly Result[]): void {
  const [first] = results;
  if (!first) return;
  console.log('\nMemory: the most that a process of the function held, of what the template gives it');
  for (const { bundle } of first.deployed.grants) {
    const peaks = results.flatMap(({ deployed }) => deployed.fn(bundle).peaks);
    const { memoryMegabytes } = first.deployed.fn(bundle).properties;
    const most = peaks.length > 0 ? `${Math.max(...peaks).toFixed(0)} MB` : 'not run';
    console.log(`  ${bundle.padEnd(12)}${most.padStart(8)} of ${memoryMegabytes} MB`);
  }
}

/** Returns false when a permission is missing, or, of scenarios that use all there are, when one is not needed. */
export function showPermissions(results: readonly Result[], useAll: boolean): boolean {
  const { missing, permissions, unused } = comparePermissions(
    results.map(({ calls, deployed: { grants: functions, stack } }) => ({ functions, calls, stack })),
  );
  console.log('\nPermissions: what the functions called, and what their roles may do beside it');
  for (const [bundle, own] of Map.groupBy(permissions, (each) => each.bundle))
    for (const { action, calls: count, reason } of own)
      console.log(
        `  ${bundle.padEnd(12)}${action.padEnd(46)}${String(count || '').padStart(6)}  ${reason ?? ''}`,
      );
  for (const { action, bundle } of missing)
    console.error(`missing: ${bundle} calls ${action}, its role may not`);
  for (const { action, bundle } of useAll ? unused : [])
    console.error(`unused: the role of ${bundle} may ${action}, and nothing calls it`);
  return missing.length === 0 && (!useAll || unused.length === 0);
}

function lastLines(log: string): string {
  const lines = log.trim().split('\n');
  const warnings = lines.filter((line) => !/^{"_aws"|"level":"INFO"/.test(line));
  return (warnings.length > 0 ? warnings : lines).slice(-40).join('\n');
}
