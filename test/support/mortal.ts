/** A process that can be killed: from then on nothing it calls answers, and nothing it does has an effect. */
export interface Life {
  kill(): void;
  readonly isOver: () => boolean;
}

export function startLife(): Life {
  let over = false;
  return { kill: () => (over = true), isOver: () => over };
}

/**
 * The same object, for a mortal owner: its functions, and those of what they resolve with, hang once the owner is
 * dead. A call that was under way may still take effect, as with a real process; its answer is heard by nobody.
 */
export function mortal<T extends object>(target: T, life: Life): T {
  return new Proxy(target, {
    get(owner, name, receiver) {
      const value: unknown = Reflect.get(owner, name, receiver);
      if (typeof value === 'object' && value !== null && isPlain(value)) return mortal(value, life);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (life.isOver()) return hang();
        return hearAnswer(value.apply(owner, args), life);
      };
    },
  });
}

function hearAnswer(answer: unknown, life: Life): unknown {
  if (answer instanceof Promise) {
    return answer.then(
      (value: unknown) => (life.isOver() ? hang() : wrap(value, life)),
      (error: unknown) => (life.isOver() ? hang() : Promise.reject(error)),
    );
  }
  return wrap(answer, life);
}

function wrap(value: unknown, life: Life): unknown {
  return typeof value === 'object' && value !== null && isPlain(value) && hasMethods(value)
    ? mortal(value, life)
    : value;
}

/** Dates, arrays and streams keep their own ways. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function hasMethods(value: object): boolean {
  return Object.values(value).some((each) => typeof each === 'function');
}

function hang(): Promise<never> {
  return new Promise(() => undefined);
}

/** Where a process dies: at the `nth` call of a method. */
export interface Death<T extends object> {
  readonly of: T;
  readonly method: keyof T;
  readonly nth: number;
  /** `after`: the call takes effect, its answer is not heard. */
  readonly when: 'before' | 'after';
}

/** The same object; the life ends at the call. */
export function lethal<T extends object>({ of, method, nth, when }: Death<T>, life: Life): T {
  let calls = 0;
  return new Proxy(of, {
    get(owner, name, receiver) {
      const value: unknown = Reflect.get(owner, name, receiver);
      if (name !== method || typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        calls += 1;
        if (calls === nth && when === 'before') life.kill();
        if (life.isOver()) return hang();
        const answer: unknown = await value.apply(owner, args);
        if (calls === nth) life.kill();
        return life.isOver() ? hang() : answer;
      };
    },
  });
}
