import { keepOffSpot } from '../patch/off-spot.ts';
import { perWorkload } from '../rule.ts';

const MARKERS: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['spot-responder/latency-critical', ['true']],
  ['latency-critical', ['true']],
  ['workload-type', ['latency-critical', 'realtime', 'real-time']],
];

export const latencyCritical = perWorkload(
  {
    id: 'latency-critical',
    severity: 'error',
    verdict: 'keep-off',
    title: 'marked as latency-critical',
    explanation:
      'An interruption moves load onto fewer replicas and fresh ones with cold caches: a spike of latency, however well it is ' +
      'drained. Label or annotate what cannot bear that with spot-responder/latency-critical=true (latency-critical=true ' +
      'and workload-type=latency-critical or realtime are read too). The patch keeps the pods off spot nodes.',
  },
  (workload) => {
    const marks = { ...workload.template.metadata?.labels, ...workload.annotations };
    const marker = MARKERS.find(([key, values]) => values.includes(marks[key] ?? ''));
    if (!marker) return undefined;
    const [key] = marker;
    return {
      why: `it is marked ${key}=${marks[key]}, and an interruption costs latency however well it is drained`,
      patch: keepOffSpot(workload),
    };
  },
);
