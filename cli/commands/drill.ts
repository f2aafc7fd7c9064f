import { Command } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { DrillOptions } from '../drill/run-drill.ts';

const help = `
Needs a stack deployed with drills (npx cdk deploy -c drills=true, beside the settings it has), and of you fis:StartExperiment, GetExperiment,
StopExperiment and GetExperimentTemplate, and leave to tag the target. It really happens: a drilled instance is terminated. Asks first.
Exit codes: 0 seen to its end · 1 failed, or the responder did not answer · 2 wrong flag, target or stack · 130 stopped`;

/** `spot-responder drill`: an interruption or a want of capacity, by AWS FIS. */
export function drillCommand(): Command {
  return new Command('drill')
    .description(
      'Have AWS interrupt a spot instance, or refuse capacity to a group, and follow what is made of it.',
    )
    .option('--instance <id>', 'a running spot instance of a cluster')
    .option('--group <name>', 'an Auto Scaling group: 15 minutes without capacity')
    .option('--region <region>', 'else AWS_REGION or your profile')
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--json', 'print the end as one object')
    .addHelpText('after', help)
    .action(async (options: DrillOptions) => {
      const { runDrill } = await import('../drill/run-drill.ts');
      process.exitCode = await runDrill(options);
    });
}
