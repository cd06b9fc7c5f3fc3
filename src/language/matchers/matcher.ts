import type { Json, Show } from '../../text/index.ts';

/** One way to look at a value. A new one is a file beside this one, a line in `index.ts` and its name in the schema. */
export interface MatcherKind {
  /** Returns whether the value is as the operand says. `undefined`: there is no such value. */
  readonly holds: (actual: Json | undefined, operand: Json) => boolean;
  /** Returns what was expected, to stand behind "expected". */
  readonly expected: (operand: Json, show: Show) => string;
}
