import { inert } from '../../text/index.ts';
import { planText } from '../plan-text.ts';
import { approvalText } from '../run-lines.ts';
import { runText } from '../run-text.ts';
import type { Format } from './format.ts';

/** For a terminal. */
export const text: Format = {
  render: (subject) => {
    const { plan, id, run, approvals = [] } = subject;
    if (run) return runText(subject, run.report);
    return `${planText(plan, id)}${approvals.map((given) => `${inert(`approved by ${approvalText(given)}`)}\n`).join('')}`;
  },
};
