import type { Answer, Question, RunOptions } from '../engine/index.ts';
import { shownCallText } from '../report/index.ts';
import { inert } from '../text/index.ts';
import { choose } from './terminal.ts';

/** More calls than this are not listed: `runbook plan` has all of them. */
const mostCalls = 20;

/**
 * Asks on the terminal whether a step may run, and after a no what becomes of the run.
 * @param wrap Wraps a text for the terminal.
 * @returns `later` where nobody is there, or where the run is to stop as it is.
 */
export async function askToConfirm(
  question: Question,
  rollback: RunOptions['rollback'],
  signal: AbortSignal,
  wrap: (text: string) => string,
): Promise<Answer> {
  const after = rollback === 'never' ? 'ends the run; what it has sent stays' : 'rolls back what the run has sent';
  const offer = question.canWait
    ? ''
    : `The steps of always around it have something to put right, so the run cannot stop here: no ${after}.\n`;
  const reply = await choose(`${wrap(`${questionText(question)}\n${offer}Type yes or no:`)} `, ['yes', 'no'], signal);
  if (reply === undefined) return 'later';
  if (reply === 'yes' || !question.canWait) return reply;
  const end = rollback === 'never' ? 'end' : 'rollback';
  const next = await choose(
    `${wrap(`Not confirmed. Type ${end}: ${after}; or stop: the run stops here as it is, and can be resumed later:`)} `,
    [end, 'stop'],
    signal,
  );
  return next === end ? 'no' : 'later';
}

/** What is asked, and the calls that follow. */
function questionText({ step, question, calls }: Question): string {
  const shown = calls.slice(0, mostCalls).map((call) => `  ${shownCallText(call)}`);
  const rest = calls.length - shown.length;
  return [`${step}: ${question}`, ...shown, ...(rest > 0 ? [`  … and ${rest} more`] : [])].map(inert).join('\n');
}
