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

/**
 * Time that several wait for side by side: whoever is due first goes on first, and does all that it can before the next one does.
 * @returns What is called as `Clock.pass` is.
 */
export function inTurn(clock: Clock): Clock['pass'] {
  const waiting: { readonly due: number; readonly goOn: () => void }[] = [];
  let isAtWork = false;
  const work = async (): Promise<void> => {
    isAtWork = true;
    while (waiting.length > 0) {
      await new Promise(setImmediate);
      const next = waiting.toSorted((left, right) => left.due - right.due)[0];
      if (!next) break;
      waiting.splice(waiting.indexOf(next), 1);
      // Not awaited: what a timer does meanwhile may wait for its turn, too.
      void clock.pass(Math.max(0, next.due - clock.now())).then(next.goOn);
    }
    isAtWork = false;
  };
  return (milliseconds) =>
    new Promise((goOn) => {
      waiting.push({ due: clock.now() + milliseconds, goOn });
      if (!isAtWork) void work();
    });
}
