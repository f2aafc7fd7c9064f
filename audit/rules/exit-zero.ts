import type { Container } from '../objects.ts';
import { patchPods } from '../patch/template.ts';
import { perWorkload } from '../rule.ts';

/** A shell's `trap 'save; exit 0' TERM`, in either quotes. */
const TRAP = /trap\s+(['"])([^'"]*?)\bexit\s+0\b([^'"]*)\1\s+([A-Z0-9 ]*\b(?:SIG)?TERM\b)/g;
/** At the end of a script only: what comes before decides nothing. */
const SWALLOWED = /\s*\|\|\s*(?:true|:|exit\s+0)\s*;?\s*$/;
/** In a script that handles SIGTERM itself. */
const PYTHON_EXIT = /\b(sys\.exit|os\._exit)\(\s*0?\s*\)/g;

export const exitZero = perWorkload(
  {
    id: 'exit-zero',
    severity: 'error',
    verdict: 'change',
    title: 'a job that exits 0 when it is stopped',
    explanation:
      'A pod whose containers exit 0 has succeeded: the Job counts it complete, and training that was interrupted halfway is never ' +
      'started again. "Save, then exit 0" on SIGTERM and "|| true" behind the command both do that. The patch exits 143, ' +
      'as a program ended by SIGTERM does. Only what stands in the manifest can be seen, not the code in the image.',
  },
  (workload) => {
    if (workload.runs !== 'training' && workload.runs !== 'job') return undefined;
    const trapped = workload.template.spec.containers.find(({ args = [], command = [] }) =>
      [...command, ...args].some((word) => repair(word) !== word),
    );
    if (!trapped) return undefined;
    return {
      why: `container ${trapped.name} exits 0 when it is stopped or fails, so the Job counts it complete and never resumes it`,
      patch: patchPods(workload, { containers: [{ name: trapped.name, ...repaired(trapped) }] }),
    };
  },
);

function repaired({ args, command }: Container) {
  return { ...(command && { command: command.map(repair) }), ...(args && { args: args.map(repair) }) };
}

function repair(script: string): string {
  const shell = script
    .replace(
      TRAP,
      (_, quote, before, after, signals) => `trap ${quote}${before}exit 143${after}${quote} ${signals}`,
    )
    .replace(SWALLOWED, '');
  return /\bSIGTERM\b/.test(script) ? shell.replace(PYTHON_EXIT, '$1(143)') : shell;
}
