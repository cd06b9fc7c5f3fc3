import type { RunOptions } from '../engine/index.ts';

/** Signals as a run sees them: the first asks to stop, the second to leave the rollback out, too. */
export interface Interruptions {
  readonly stop: AbortSignal;
  readonly stopRollback: AbortSignal;
  /** Ends the listening. */
  readonly end: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for SIGINT, SIGTERM and SIGHUP until `end`. What follows from one is said at once. */
export function interruptions(say: (text: string) => void, rollback: RunOptions['rollback']): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  const onSignal = (signal: string) => {
    if (second.signal.aborted) return;
    const isFirst = !first.signal.aborted;
    say(`${signal}: ${isFirst ? firstText[rollback] : secondText}`);
    (isFirst ? first : second).abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stop: first.signal,
    stopRollback: second.signal,
    end: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

const always = 'stopping after the call in flight, then the steps of always';
const firstText: Readonly<Record<RunOptions['rollback'], string>> = {
  'on-failure': `${always}, then the rollback. A second signal skips the rollback.`,
  never: `${always}. No rollback, as requested.`,
  now: 'the rollback continues. A second signal stops it after the call in flight.',
};
const secondText = 'rollback cancelled; the call in flight and the steps of always finish first.';
