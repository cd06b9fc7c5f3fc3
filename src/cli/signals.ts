/** Signals as a run sees them: the first asks to stop, the second to leave the rollback out, too. */
export interface Interruptions {
  readonly stop: AbortSignal;
  readonly stopRollback: AbortSignal;
  /** Ends the listening. */
  readonly end: () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Listens for SIGINT, SIGTERM and SIGHUP until `end`.
 * @param say Says at once what follows from one: from the first, or from the second.
 */
export function interruptions(say: (signal: string, isFirst: boolean) => void): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  const onSignal = (signal: string) => {
    if (second.signal.aborted) return;
    const isFirst = !first.signal.aborted;
    say(signal, isFirst);
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
