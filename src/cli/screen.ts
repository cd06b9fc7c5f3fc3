import type { Event } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Line } from '../report/live/line.ts';

/** Where a run is shown. What a person has to keep is never drawn again. */
export interface Screen {
  readonly show: (event: Event) => void;
  /** Says something at once, also while somebody is asked. */
  readonly say: (text: string) => void;
  readonly print: (lines: readonly Line[]) => void;
  /** Leaves the terminal to a question; `wrap` wraps its text. */
  readonly ask: <T>(question: (wrap: (text: string) => string) => Promise<T>) => Promise<T>;
  /** Returns whether the failure of a step has been shown. */
  readonly isTold: (step: string) => boolean;
  /** Nothing is going on any more. */
  readonly end: () => void;
}

/** What is shown, and how much of it. */
export interface Shown {
  readonly plan: Plan;
  readonly mode: 'real' | 'dry';
  /** Each step has a line of its own. */
  readonly isVerbose: boolean;
  /** The events of earlier processes of the run. */
  readonly before: readonly Event[];
}
