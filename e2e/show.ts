import type { Result } from './world/play.ts';

/** Each scenario's figures, and of those that failed the last lines of the functions' log. */
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

function lastLines(log: string): string {
  return log.trim().split('\n').slice(-40).join('\n');
}
