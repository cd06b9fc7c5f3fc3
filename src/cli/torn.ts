import type { RecordedRun } from '../host/run-folders.ts';
import { inert } from '../text/index.ts';

/**
 * Says of a journal that its end is missing: nobody knows what was there.
 * @param lost The steps of which one may have been about to send its write.
 */
export function tornText(bytes: number, lost: readonly string[] = []): string {
  const writes =
    lost.length === 1
      ? `the write of ${lost[0]} counts as one`
      : `each of the writes of ${lost.join(', ')} counts as one`;
  const what = lost.length === 0 ? '' : `; ${writes} that may have been sent`;
  return `the last line of the journal was not written to its end, as power loss leaves it (${bytes} bytes): what it recorded, such as a write, is not known${what}`;
}

/** Says of a run that goes on, or is rolled back, that the end of its journal is missing. */
export function warnOfTorn({ torn, lost }: Pick<RecordedRun, 'torn' | 'lost'>): void {
  if (torn === 0) return;
  const steps = lost.map(({ step }) => step);
  process.stderr.write(`${inert(tornText(torn, steps))}\n`);
}
