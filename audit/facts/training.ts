import { OPT_IN_LABEL } from '../../functions/checkpoint/labels.ts';
import type { Workload } from '../fleet.ts';
import type { Container, PodTemplate } from '../objects.ts';
import { scriptOf } from './shutdown.ts';

export function optsIn({ template }: Workload): boolean {
  return template.metadata?.labels?.[OPT_IN_LABEL] === 'enabled';
}

/** Several pods that must save the same step. */
export function isGang({ part, pods }: Workload): boolean {
  return pods > 1 || part !== undefined;
}

/** What a container runs: its words, one a line. */
export function programOf({ args, command }: Container): string {
  return scriptOf([...(command ?? []), ...(args ?? [])]);
}

const TORCHRUN = /\b(torchrun|torch\.distributed\.(run|launch))\b|\baccelerate\s+launch\b/;

export function torchrunContainer({ containers }: PodTemplate['spec']): Container | undefined {
  return containers.find((container) => TORCHRUN.test(programOf(container)));
}
