/** What `python/examples/train_ddp.py` and programs that print as it does have told so far. */
export interface JobLog {
  /** The step after which it began; absent until it has begun. */
  readonly resumedAfter?: number;
  /** The last step that it has trained; `resumedAfter` before the first. */
  readonly lastStep: number;
  /** Loss and weights at the end of the whole training. */
  readonly result?: string;
}

/** A line may begin or end with what another rank, or a library, printed at the same moment. */
export function readJobLog(text: string): JobLog {
  const [, resumed] = /\bresumed after step (\d+)/.exec(text) ?? [];
  const [, result] = /\bfinished with (loss [\d.]+ weights [0-9a-f]{64})/.exec(text) ?? [];
  const steps = [...text.matchAll(/\bstep (\d+) loss /g)].map(([, step]) => Number(step));
  return {
    ...(resumed !== undefined && { resumedAfter: Number(resumed) }),
    lastStep: steps.at(-1) ?? Number(resumed ?? 0),
    ...(result !== undefined && { result }),
  };
}
