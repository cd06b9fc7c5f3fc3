import { inert } from '../../text/index.ts';
import { planText } from '../plan-text.ts';
import { approvalText, detailedLines } from '../run-lines.ts';
import type { Format } from './format.ts';

/** For a terminal. */
export const text: Format = {
  render: ({ plan, id, run, approvals = [] }) =>
    run
      ? run.events
          .flatMap(detailedLines())
          .map((line) => `${line}\n`)
          .join('')
      : `${planText(plan, id)}${approvals.map((given) => `${inert(`approved by ${approvalText(given)}`)}\n`).join('')}`,
};
