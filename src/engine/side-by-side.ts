import type { Flow } from './session.ts';

/** The iterations of a loop, by their index from 0. */
interface Iterations {
  readonly count: number;
  /** How many of them may run at once. */
  readonly width: number;
  /** Returns whether an earlier process has begun one. */
  readonly isBegun: (index: number) => boolean;
  readonly run: (index: number) => Promise<Flow>;
}

/**
 * Runs iterations in the order of the list, at most `width` of them at once. After one that has stopped no new one is begun, and
 * those that run are awaited. Those of an earlier process are gone into all the same: what they have sent must be known to whoever
 * rolls it back.
 * @returns What follows for the steps after the loop.
 */
export async function sideBySide({ count, width, isBegun, run }: Iterations): Promise<Flow> {
  let next = 0;
  let flow: Flow = 'go-on';
  let error: { readonly thrown: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (;;) {
      while (flow === 'stop' && next < count && !isBegun(next)) next++;
      if (next >= count || error) return;
      const index = next++;
      try {
        if ((await run(index)) === 'stop') flow = 'stop';
      } catch (thrown) {
        error ??= { thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
  if (error) throw error.thrown;
  return flow;
}
