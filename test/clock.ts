/** A clock that goes on only when somebody lets it, and calls its timers when it gets there. */
export interface Clock {
  readonly now: () => number;
  /** The port of the engine. */
  readonly every: (milliseconds: number, action: () => Promise<void>) => () => Promise<void>;
  /** Lets time pass; whoever waits for it waits for what the timers do meanwhile, too. */
  readonly pass: (milliseconds: number) => Promise<void>;
}

interface Timer {
  readonly milliseconds: number;
  readonly action: () => Promise<void>;
  due: number;
  call?: Promise<void> | undefined;
}

export function createClock(start: number): Clock {
  let now = start;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    every: (milliseconds, action) => {
      const timer: Timer = { milliseconds, action, due: now + milliseconds };
      timers.add(timer);
      return async () => {
        timers.delete(timer);
        await timer.call;
      };
    },
    pass: async (milliseconds) => {
      const until = now + milliseconds;
      for (;;) {
        const idle = [...timers].filter((timer) => timer.call === undefined && timer.due <= until);
        const [next] = idle.sort((left, right) => left.due - right.due);
        if (!next) break;
        now = Math.max(now, next.due);
        next.due = now + next.milliseconds;
        next.call = next.action().catch(() => undefined);
        await next.call;
        next.call = undefined;
      }
      now = Math.max(now, until);
    },
  };
}
