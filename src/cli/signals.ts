import type { Ports, RunOptions } from '../engine/index.ts';

/** Signals as the interpreter sees them: the first asks to stop, the second to leave the rollback out, too. */
export interface Interruptions extends Pick<Ports, 'interruption' | 'sleep'> {
  /** Aborted by the first signal. */
  readonly aborted: AbortSignal;
  readonly stop: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for SIGINT, SIGTERM and SIGHUP until `stop`. What follows from one is said at once. */
export function interruptions(say: (text: string) => void, rollback: RunOptions['rollback']): Interruptions {
  let count = 0;
  const controller = new AbortController();
  const wakers = new Set<() => void>();
  const onSignal = (signal: string) => {
    count++;
    if (count === 1) say(`${signal}: ${firstText[rollback]}`);
    else if (count === 2) say(`${signal}: ${secondText}`);
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

const always = 'stopping after the call in flight; then what has to run always';
const firstText: Readonly<Record<RunOptions['rollback'], string>> = {
  'on-failure': `${always}, then the rollback. A second signal skips the rollback.`,
  never: `${always}. Nothing is rolled back, as asked.`,
  now: 'the rollback goes on. A second signal stops it after the call in flight.',
};
const secondText = 'no rollback any more; the call in flight and what has to run always are ended first.';
