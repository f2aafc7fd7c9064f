/** How much memory a function is given, and why. */
interface Size {
  readonly megabytes: number;
  /** The most that one process of it held in `npm run e2e`, Node itself included, with storms of 50 and of 1,000 nodes among the scenarios. */
  readonly measuredMegabytes: number;
  /** What else than that memory decides it: Lambda gives processor time in proportion, a whole one at 1,769 MB. */
  readonly why: string;
}

/** By the file of the handler. `docs/measured.md` has what was measured. */
export const SIZES = {
  respond: {
    megabytes: 1024,
    measuredMegabytes: 184,
    why: 'Its cold start and its TLS handshakes are on the way to the first eviction: more than half a processor, though it needs a fifth of the memory.',
  },
  'index-nodes': {
    megabytes: 512,
    measuredMegabytes: 96,
    why: 'Nobody waits for it, and it is paid for each minute; it grows with the nodes of the largest cluster, of which a page of 500 is held at a time.',
  },
  fallback: {
    megabytes: 1024,
    measuredMegabytes: 114,
    why: 'A pass holds every group, node and pod of a pool, and has a minute for all pools.',
  },
  notify: {
    megabytes: 512,
    measuredMegabytes: 156,
    why: 'It waits for Slack, which allows a message a second: memory for a batch of a hundred events, and no hurry.',
  },
  report: {
    megabytes: 512,
    measuredMegabytes: 96,
    why: 'Once an hour. It reads the price list of a region at a time.',
  },
} as const satisfies Readonly<Record<string, Size>>;

export type Handler = keyof typeof SIZES;
