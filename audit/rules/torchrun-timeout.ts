import { graceOf } from '../facts/shutdown.ts';
import { programOf, torchrunContainer } from '../facts/training.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

const VARIABLE = 'TORCH_ELASTIC_SHUTDOWN_TIMEOUT';
const SECONDS = 100;
/** torchrun's own. */
const DEFAULT_SECONDS = 30;

export const torchrunTimeout = perWorkload(
  {
    id: 'torchrun-timeout',
    severity: 'error',
    verdict: 'change',
    title: 'torchrun kills its workers 30 s after SIGTERM',
    explanation:
      "torchrun waits 30 s for its workers after SIGTERM and then kills them, whatever the pod's grace: a save that takes 45 s dies " +
      'at 30. The patch sets TORCH_ELASTIC_SHUTDOWN_TIMEOUT to 100 and a grace of 120 s around it. Variables that come ' +
      'from elsewhere (envFrom) cannot be seen; the rule is silent then.',
  },
  (workload) => {
    if (workload.runs !== 'training' && workload.runs !== 'job') return undefined;
    const { spec } = workload.template;
    const container = torchrunContainer(spec);
    if (!container || container.envFrom) return undefined;
    const flag = /--shutdown[-_]timeout[=\s]+(\d+)/.exec(programOf(container))?.[1];
    const variable = container.env?.find(({ name }) => name === VARIABLE);
    // Set from a secret or a field: there, but not to be read.
    if (variable && variable.value === undefined) return undefined;
    const seconds = Number(flag ?? variable?.value ?? DEFAULT_SECONDS);
    const grace = graceOf(spec);
    if (seconds > DEFAULT_SECONDS && seconds < grace) return undefined;
    const why =
      seconds <= DEFAULT_SECONDS
        ? `torchrun in container ${container.name} kills its workers ${seconds} s after SIGTERM, in the middle of a longer save`
        : `torchrun in container ${container.name} waits ${seconds} s for a save, and the pod is killed after ${grace}`;
    return {
      why,
      patch: patchPods(workload, {
        terminationGracePeriodSeconds: 120,
        containers: [
          {
            name: container.name,
            env: [{ name: VARIABLE, value: String(SECONDS) }],
            ...(flag !== undefined && withoutFlag(container)),
          },
        ],
      }),
    };
  },
);

/** A flag wins over the variable. */
function withoutFlag({ args, command }: { args?: string[] | undefined; command?: string[] | undefined }) {
  const strip = (words: string[]) =>
    words
      .filter(
        (word, at) => !FLAG.test(word) && !(words[at - 1] !== undefined && BARE.test(words[at - 1] ?? '')),
      )
      .filter((word) => !BARE.test(word))
      .map((word) => word.replace(/\s--shutdown[-_]timeout[=\s]+\d+/g, ''));
  return { ...(command && { command: strip(command) }), ...(args && { args: strip(args) }) };
}

const FLAG = /^--shutdown[-_]timeout=\d+$/;
const BARE = /^--shutdown[-_]timeout$/;
