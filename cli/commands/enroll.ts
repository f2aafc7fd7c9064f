import { Command, Option } from 'commander';
import { DEFAULT_STACK } from '../aws/default-stack.ts';
import type { EnrollOptions } from '../enroll/run-enroll.ts';

const help = `
Works with your own credentials, in AWS and in the cluster (an administrator's: AmazonEKSClusterAdminPolicy, or the
user of --kubeconfig). Needs cloudformation:DescribeStacks, eks:DescribeCluster, DescribeAccessEntry, CreateAccessEntry,
UpdateAccessEntry and TagResource; --remove also ListAccessEntries, DeleteAccessEntry and UntagResource.
Safe to repeat. Exit codes: 0 done · 1 failed: the message says what to mend · 2 wrong flag, cluster or stack`;

/** `spot-responder enroll CLUSTER`: lets the deployed responder into a cluster. */
export function enrollCommand(): Command {
  return new Command('enroll')
    .description(
      'Let the deployed responder into a cluster: access entries, permissions, admission policies.',
    )
    .argument('<cluster>', 'name of the EKS cluster')
    .addOption(new Option('--region <region>', 'Region of the cluster; else AWS_REGION or your profile'))
    .option('--stack <name>', "the responder's CloudFormation stack", DEFAULT_STACK)
    .option('--stack-region <region>', 'where it is deployed, when not in the Region of the cluster')
    .option('--kubeconfig <file>', 'reach the cluster by this file; without it by an EKS token')
    .option('--context <name>', 'of the kubeconfig')
    .option('--dry-run', 'let the server check everything and change nothing')
    .option('--remove', 'take back what enroll made, and nothing else')
    .option('--json', 'print one object')
    .addHelpText('after', help)
    .action(async (cluster: string, options: EnrollOptions) => {
      const { runEnroll } = await import('../enroll/run-enroll.ts');
      process.exitCode = await runEnroll(cluster, options);
    });
}
