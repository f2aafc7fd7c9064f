/** What may go wrong between the notifier and Slack. */
export type SlackFault =
  /** 429 with `Retry-After`. */
  | { readonly type: 'limited'; readonly seconds: number }
  | { readonly type: 'status'; readonly status: number }
  /** Slack takes the call; its answer never comes. */
  | { readonly type: 'answer-lost' }
  /** The connection breaks before Slack has the call. */
  | { readonly type: 'reset' }
  /** Slack takes the call, then the connection breaks. */
  | { readonly type: 'reset-after' }
  /** `ok: false` with this code, as for a revoked token. */
  | { readonly type: 'error'; readonly code: string; readonly needed?: string };

export interface FaultOrder {
  /** Web API method, `webhook`, or `*`. */
  readonly method: string;
  readonly fault: SlackFault;
  /** @default 1 */
  readonly times?: number;
}

export interface FaultQueue {
  add(order: FaultOrder): void;
  take(method: string): SlackFault | undefined;
  clear(): void;
}

export function faultQueue(): FaultQueue {
  const orders: { method: string; fault: SlackFault; left: number }[] = [];
  return {
    add: ({ method, fault, times = 1 }) => orders.push({ method, fault, left: times }),
    take: (method) => {
      const order = orders.find((each) => each.left > 0 && (each.method === '*' || each.method === method));
      if (order) order.left -= 1;
      return order?.fault;
    },
    clear: () => orders.splice(0),
  };
}
