import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { requireBinaries, WITH_CONTROLLERS } from '../../controlplane/binaries.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { Contestant } from './contestant.ts';
import { kubectl } from './contestants/kubectl.ts';
import { nodeTerminationHandler } from './contestants/node-termination-handler.ts';
import { plainClient } from './contestants/plain-client.ts';
import { spotResponder } from './contestants/spot-responder.ts';
import { layOutTrials } from './table.ts';
import { runTrial, type Trial, type TrialOptions } from './trial.ts';

const CONTESTANTS: Readonly<Record<string, Contestant>> = {
  ours: spotResponder,
  kubectl,
  nth: nodeTerminationHandler,
  plain: plainClient,
};

interface Options {
  readonly nodes: string;
  readonly contestants: string;
  readonly latency: string;
  readonly budgets: string;
  readonly blocked?: true;
  readonly json?: true;
}

const program = new Command('bench:drain')
  .description('Drains the same fleets on a real control plane: ours, and what people use today.')
  .option('--nodes <list>', 'how many nodes at once', '1,10,50')
  .option('--contestants <list>', Object.keys(CONTESTANTS).join(', '), 'ours,kubectl,nth,plain')
  .option('--budgets <maxUnavailable>', 'of each of ten shared budgets, or "none"', '100%')
  .option('--blocked', 'one more pod, whose budget never allows')
  .option('--latency <ms>', 'added to each request to the API server', '0')
  .option('--json', 'print the figures and nothing else')
  .action(main);

await program.parseAsync();

async function main(options: Options): Promise<void> {
  const contestants = options.contestants.split(',').map(choose);
  const binaries = await requireBinaries([...WITH_CONTROLLERS, 'kubectl', 'nth']);
  const trials: Trial[] = [];
  for (const nodes of options.nodes.split(',').map(Number)) {
    const trial: TrialOptions = {
      nodes,
      maxUnavailable: options.budgets === 'none' ? null : options.budgets,
      blockedPod: options.blocked ?? false,
      latencyMs: Number(options.latency),
    };
    for (const contestant of contestants) {
      const tell = (progress: string) =>
        process.stderr.write(`\r\x1b[K${nodes}, ${contestant.name}: ${progress}`);
      trials.push(await runTrial(contestant, trial, tell));
      process.stderr.write('\r\x1b[K');
    }
  }
  if (options.json) console.log(JSON.stringify(trials, null, 2));
  else console.log(`${layOutTrials(trials)}\n\n${versions(binaries)}`);
}

function choose(name: string): Contestant {
  const contestant = CONTESTANTS[name];
  if (contestant) return contestant;
  return program.error(`--contestants: "${name}" is unknown; ${Object.keys(CONTESTANTS).join(', ')} are.`, {
    exitCode: 2,
  });
}

function versions(binaries: string): string {
  const kube = execFileSync(`${binaries}/kubectl`, ['version', '--client'], { encoding: 'utf8' });
  const client = /v\d+\.\d+\.\d+/.exec(kube)?.[0] ?? 'unknown';
  return `spot-responder ${packageJson.version}, kubectl and Kubernetes ${client}, node termination handler v1.25.6, Node ${process.version}`;
}
