import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { doctorCommand } from './commands/doctor.ts';
import { drillCommand } from './commands/drill.ts';
import { enrollCommand } from './commands/enroll.ts';
import { fallbackCommand } from './commands/fallback.ts';
import { notifyCommand } from './commands/notify.ts';
import { pricesCommand } from './commands/prices.ts';
import { redriveCommand } from './commands/redrive.ts';
import { replayCommand } from './commands/replay.ts';
import { savingsCommand } from './commands/savings.ts';
import { simulateCommand } from './commands/simulate.ts';
import { statusCommand } from './commands/status.ts';

/**
 * The whole command line; every failure is thrown, so that main decides the exit code. A command loads its work when it
 * runs: AWS and Kubernetes clients take a second, which `--help` or a wrong flag need not wait for.
 */
export function buildProgram(): Command {
  const program = new Command('spot-responder')
    .description('Responds to EC2 spot interruptions on EKS: cordon, drain in time, tell people.')
    .version('0.1.0');
  const commands = [
    enrollCommand(),
    doctorCommand(),
    drillCommand(),
    redriveCommand(),
    replayCommand(),
    simulateCommand(),
    fallbackCommand(),
    notifyCommand(),
    statusCommand(),
    pricesCommand(),
    auditCommand(),
    savingsCommand(),
  ];
  for (const command of commands) program.addCommand(throwing(command));
  return throwing(program);
}

function throwing(command: Command): Command {
  return command.exitOverride();
}
