/** What `python/examples/train_ddp.py` and programs that print as it does have told so far. */
export interface JobLog {
  /** The step after which it began; absent until it has begun. */
  readonly resumedAfter?: number;
  /** The last step that it has trained; `resumedAfter` before the first. */
  readonly lastStep: number;
  /** Loss and weights at the end of the whole training. */
  readonly result?: string;
}

export function readJobLog(text: string): JobLog {
  const [, resumed] = /^resumed after step (\d+)$/m.exec(text) ?? [];
  const [, result] = /^finished with (loss \S+ weights \S+)$/m.exec(text) ?? [];
  const steps = [...text.matchAll(/^step (\d+) loss \S+$/gm)].map(([, step]) => Number(step));
  return {
    ...(resumed !== undefined && { resumedAfter: Number(resumed) }),
    lastStep: steps.at(-1) ?? Number(resumed ?? 0),
    ...(result !== undefined && { result }),
  };
}
