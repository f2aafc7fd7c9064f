import { ServiceFault } from './state.ts';

/** EC2's throttle of read calls per account and Region: a bucket of tokens that each call takes one from. */
export interface ReadQuota {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/** Returns what each read call has to pass; it throws `RequestLimitExceeded` when the bucket is empty. */
export function openReadBucket({ capacity, refillPerSecond }: ReadQuota, now: () => Date): () => void {
  let tokens = capacity;
  let filledAt = now().getTime();
  return () => {
    const at = now().getTime();
    tokens = Math.min(capacity, tokens + ((at - filledAt) / 1000) * refillPerSecond);
    filledAt = at;
    if (tokens < 1) throw new ServiceFault('RequestLimitExceeded', 'Request limit exceeded.');
    tokens -= 1;
  };
}
