import { Command } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { DoctorOptions } from '../doctor/run-doctor.ts';

const help = `
Only reads, with your own credentials; what it may not read it names with the permission that is missing.
✓ well · ✗ wrong, with what mends it · ? could not look. Exit codes: 0 all well · 1 anything else · 2 wrong flag or stack`;

/** `spot-responder doctor`: looks at every link of the chain from rule to Slack. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Look at every link from rule to Slack: what is wrong, and the command that mends it.')
    .option('--cluster <name>', 'this cluster, enrolled or not; else every enrolled one')
    .option('--region <region>', 'Region of the stack; else AWS_REGION or your profile')
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--kubeconfig <file>', 'reach the cluster by this file; without it by an EKS token')
    .option('--context <name>', 'of the kubeconfig')
    .option('--json', 'print one object')
    .addHelpText('after', help)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.ts');
      process.exitCode = await runDoctor(options);
    });
}
