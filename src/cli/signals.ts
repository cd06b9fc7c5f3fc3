import type { Ports } from '../engine/index.ts';

/** Signals as the interpreter sees them: the first asks to stop, the second to leave the rollback out, too. */
export interface Interruptions extends Pick<Ports, 'interruption' | 'sleep'> {
  /** Aborted by the first signal. */
  readonly aborted: AbortSignal;
  readonly stop: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for SIGINT, SIGTERM and SIGHUP until `stop`. */
export function interruptions(): Interruptions {
  let count = 0;
  const controller = new AbortController();
  const wakers = new Set<() => void>();
  const onSignal = () => {
    count++;
    controller.abort();
    for (const wake of wakers) wake();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    interruption: () => (count === 0 ? 'none' : count === 1 ? 'stop' : 'stop-without-rollback'),
    aborted: controller.signal,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          wakers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        wakers.add(wake);
      }),
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
