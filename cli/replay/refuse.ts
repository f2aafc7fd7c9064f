import { ConfigurationError } from '../../functions/errors.ts';
import type { ReplayOptions } from './options.ts';
import { SHORTAGE } from './scenarios.ts';

/** @throws ConfigurationError for options that make no sense together, naming them and the way out. */
export function refuseContradictions(files: readonly string[], options: ReplayOptions): void {
  const problem =
    problemOfEvents(files, options) ??
    problemOfTheirCluster(files, options) ??
    problemOfOurCluster(options) ??
    problemOfShortage(options) ??
    problemOfSlack(options) ??
    problemOfStorm(files, options);
  if (problem) throw new ConfigurationError(problem);
}

function problemOfEvents(files: readonly string[], options: ReplayOptions): string | undefined {
  if (options.scenario && files.length > 0)
    return '--scenario brings its own events; give either a scenario or event files.';
  if (options.node && options.instance) return '--node and --instance both aim the event; give one of them.';
  return undefined;
}

/** A cluster that a kubeconfig names. */
function problemOfTheirCluster(files: readonly string[], options: ReplayOptions): string | undefined {
  if (!isTheirs(options)) return undefined;
  if (options.real)
    return '--real starts a control plane of its own; leave out --kubeconfig and --context, or --real.';
  if (options.scenario)
    return '--scenario runs on the embedded cluster only; leave out --kubeconfig and --context.';
  if (options.nodes !== undefined || options.interrupt !== undefined)
    return '--nodes and --interrupt bring their own fleet; leave out --kubeconfig and --context.';
  if (files.length === 0)
    return 'a replay on a real cluster needs an event file, for example events/spot-interruption-terminate.json.';
  if (options.speed) return '--speed is for the embedded cluster; a real one has its own time.';
  if (options.execute && options.dryRun) return '--execute acts and --dry-run does not; give one of them.';
  return undefined;
}

/** A cluster in memory, or a control plane of this machine. */
function problemOfOurCluster(options: ReplayOptions): string | undefined {
  if (isTheirs(options)) return undefined;
  if (options.execute)
    return '--execute is for a real cluster; the embedded one is always acted on. Add --kubeconfig.';
  if (options.node) return '--node is for a real cluster; aim at the embedded one with --instance.';
  if (options.real && options.speed)
    return '--speed is for the embedded cluster; a real control plane has its own time. Leave it out.';
  if (options.dryRun && options.scenario === 'crash-and-takeover')
    return '--dry-run evicts nothing, and crash-and-takeover needs evictions; give another scenario.';
  return undefined;
}

function problemOfShortage(options: ReplayOptions): string | undefined {
  if (options.scenario !== SHORTAGE) return undefined;
  const flags = [
    [options.real, '--real'],
    [options.dryRun, '--dry-run'],
    [options.instance, '--instance'],
    [options.speed, '--speed'],
    [options.keepTime, '--keep-time'],
  ] as const;
  const given = flags.find(([value]) => value !== undefined)?.[1];
  return (
    given && `${given} does nothing in scenario ${SHORTAGE}, which has its own pool and time; leave it out.`
  );
}

function problemOfSlack(options: ReplayOptions): string | undefined {
  if ((options.slack || options.slackToken) && isTheirs(options))
    return '--slack is for the embedded cluster; on a real one nothing is announced.';
  if (options.slack && options.slackToken)
    return '--slack shows an emulator, --slack-token tells a real workspace; give one of them.';
  if (options.slackChannel && !options.slackToken)
    return '--slack-channel is for a real workspace; add --slack-token.';
  return undefined;
}

function problemOfStorm(files: readonly string[], options: ReplayOptions): string | undefined {
  const { instance, interrupt, nodes, scenario } = options;
  if (nodes === undefined && interrupt === undefined) return undefined;
  if (scenario || files.length > 0)
    return '--nodes and --interrupt are a storm of their own; leave out --scenario and event files.';
  if (instance) return '--instance aims one event; leave it out with --nodes and --interrupt.';
  if (nodes !== undefined && (interrupt ?? 1) > nodes)
    return `--interrupt is ${interrupt}, more than the ${nodes} of --nodes; interrupt at most all of them.`;
  return undefined;
}

function isTheirs({ context, kubeconfig }: ReplayOptions): boolean {
  return kubeconfig !== undefined || context !== undefined;
}
