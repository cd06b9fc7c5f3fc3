import type { Json, Show } from '../../text/index.ts';

/** One way to look at a value. A new one is a file beside this one, a line in `index.ts` and its name in the schema. */
export interface MatcherKind {
  /** Whether the value is as the operand says. `undefined`: there is no such value. */
  readonly holds: (actual: Json | undefined, operand: Json) => boolean;
  /** What was expected, to stand behind "expected". */
  readonly expected: (operand: Json, show: Show) => string;
}
