import { expectedOf } from '../language/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import type { SkipReason } from './plan.ts';

/** Returns why a step is skipped, to stand behind "skipped: ". The planner says it in its diagnostics, the reports in their views. */
export function skipReasonText(reason: SkipReason): string {
  switch (reason.kind) {
    case 'condition-not-met':
      return `${reason.subject} is ${inOneLine(reason.actual, 80)}, needed: ${expectedOf(reason.expect, inOneLine)}`;
    case 'no-alternative-met':
      return `no alternative is met: ${reason.unmet.map(skipReasonText).join('; ')}`;
    case 'no-connection':
      return `the environment has no connection "${reason.connection}"`;
  }
}
