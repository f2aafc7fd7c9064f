import { Command, Option } from 'commander';
import { explainRule, listRules } from '../audit/rules.ts';
import { type AuditOptions, runAudit } from '../audit/run-audit.ts';

interface Options extends AuditOptions {
  readonly list?: true;
  readonly explain?: string;
}

const help = `
Without --file or --cluster the cluster is that of your kubeconfig. It is only read; infra/k8s/audit.yaml holds the permissions.
With --cluster AWS is asked for its node groups, empty ones too (autoscaling:DescribeAutoScalingGroups, eks:DescribeNodegroup).
Exit codes: 0 nothing found · 3 found what --fail-on names · 1 the cluster cannot be read · 2 wrong flag or file`;

/** `spot-responder audit`: is a fleet ready for spot? */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Say of each workload whether it belongs on spot, and what to change.')
    .option('--kubeconfig <file>', "the cluster of this file; default kubectl's")
    .option('--context <name>', 'of the kubeconfig')
    .option('--cluster <name>', 'an EKS cluster, by your AWS credentials, with its node groups')
    .addOption(new Option('--region <region>', 'of the EKS cluster').env('AWS_REGION'))
    .option('--namespace <name>', 'only its workloads; also the way to look at kube-system')
    .option('--file <paths...>', 'manifests or folders of them instead of a cluster; - is the standard input')
    .option('--json', 'print one object')
    .option('--html <file>', 'also write a page')
    .option('--sarif <file>', 'also write SARIF 2.1.0, for code scanning')
    .option('--no-patches', 'leave out how to change it')
    .option(
      '--fail-on <severity>',
      'exit 3 for findings of it or worse: error, warning, note, never',
      'error',
    )
    .option('--list', 'name the rules')
    .option('--explain <rule>', 'what a rule is about')
    .addHelpText('after', help)
    .action(async (options: Options, command: Command) => {
      const print = command.configureOutput().writeOut ?? ((text: string) => void process.stdout.write(text));
      if (options.list) print(listRules());
      else if (options.explain !== undefined) print(explainRule(options.explain));
      else process.exitCode = await runAudit(options, print);
    });
}
