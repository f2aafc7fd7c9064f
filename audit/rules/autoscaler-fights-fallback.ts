import { flagsOf } from '../facts/autoscaler.ts';
import type { Fleet, NodeGroup, Workload } from '../fleet.ts';
import { patchPods } from '../patch/template.ts';
import type { Found, Rule } from '../rule.ts';

/** Where a flag names tags by which groups are found. */
const DISCOVERY = /^--node-group-auto-discovery=asg:tag=(.+)$/;

export const autoscalerFightsFallback: Rule = {
  id: 'autoscaler-fights-fallback',
  severity: 'error',
  verdict: 'change',
  title: 'Cluster Autoscaler owns the fallback group too',
  explanation:
    'The fallback is scaled by the responder: out while spot is short, back when spot has held for long enough. An autoscaler that ' +
    'owns the same group takes its nodes away as soon as they look idle, or launches them by its own rules, and the two ' +
    'undo each other. The patch takes the group out of its flags; where it finds groups by tag, the tag has to go. EKS sets ' +
    'that tag on managed groups by itself.',
  needs: [],
  find: (fleet) => fleet.autoscalers.flatMap((autoscaler) => findFor(autoscaler, fleet)),
};

function findFor(autoscaler: Workload, { groups }: Fleet): readonly Found[] {
  const flags = flagsOf(autoscaler);
  if (flags.includes('--scale-down-enabled=false')) return [];
  const fallbacks = groups.filter(({ isFallback, isLeftAlone }) => isFallback && !isLeftAlone);
  const named = flags.find((flag) => /^--nodes=\d+:\d+:/.test(flag) && isFallbackName(flag, fallbacks));
  if (named !== undefined) return [byName(autoscaler, named)];
  for (const tags of flags.flatMap((flag) => DISCOVERY.exec(flag)?.[1] ?? [])) {
    const keys = tags.split(',').map((tag) => tag.split('=')[0] ?? '');
    const owned = fallbacks.find((group) => isFoundBy(keys, group));
    if (owned) return [byTag(autoscaler, owned, keys[0] ?? '')];
  }
  return [];
}

/** By the name of a known fallback group, or by a name that says so. */
function isFallbackName(flag: string, fallbacks: readonly NodeGroup[]): boolean {
  const group = flag.split(':')[2] ?? '';
  return (
    /\bfallback\b/.test(group) ||
    fallbacks.some(
      ({ autoScalingGroup, ref }) =>
        autoScalingGroup?.name === group || group.includes(ref.name.split('/').at(-1) ?? ref.name),
    )
  );
}

/** EKS tags every managed group for it; only AWS knows where somebody has taken the tag away. */
function isFoundBy(keys: readonly string[], { autoScalingGroup }: NodeGroup): boolean {
  return !autoScalingGroup || keys.every((key) => autoScalingGroup.tagKeys.includes(key));
}

function byName(autoscaler: Workload, flag: string): Found {
  const container = autoscaler.template.spec.containers.find(({ args = [], command = [] }) =>
    [...command, ...args].includes(flag),
  );
  const without = (words: readonly string[] | undefined) => words?.filter((word) => word !== flag);
  const [args, command] = [without(container?.args), without(container?.command)];
  return {
    about: autoscaler,
    why: `its flag ${flag} gives it the fallback group, which the responder scales`,
    patch: patchPods(autoscaler, {
      containers: [{ name: container?.name, ...(command && { command }), ...(args && { args }) }],
    }),
  };
}

function byTag(autoscaler: Workload, { autoScalingGroup, ref }: NodeGroup, key: string): Found {
  const name = ref.name.split('/').at(-1) ?? '';
  const resource = autoScalingGroup?.name ?? 'GROUP';
  const where = autoScalingGroup ? '' : ` (GROUP: the Auto Scaling group of ${name})`;
  return {
    about: autoscaler,
    why: `it finds its groups by tag, and so the fallback group ${name}, which the responder scales`,
    patch: {
      type: 'advice',
      text: `aws autoscaling delete-tags --tags ResourceId=${resource},ResourceType=auto-scaling-group,Key=${key}${where}`,
    },
  };
}
