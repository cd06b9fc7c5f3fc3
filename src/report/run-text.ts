import { inert } from '../text/index.ts';
import { aftermathOf } from './aftermath.ts';
import { callLines, causesOf } from './causes.ts';
import { becameText, countsText, type Entry, foldedEntriesOf, isForFailures, partsOf } from './entries.ts';
import { forecastSentence, predictionsIn } from './forecast.ts';
import { headingOf, marksOf } from './outline.ts';
import { actualText, expectedText, subjectOf } from './reason-text.ts';
import { approvalText, endText, evidenceLines, outcomeText } from './run-lines.ts';
import { durationBetween, type ReportedStep, type RunReport, timeText } from './run-report.ts';
import type { Subject } from './subject.ts';

/**
 * A run for a terminal: how it ended, what went wrong and what is left of it, then a line for each step of the plan. The
 * iterations of a loop are counted; those that failed follow in full.
 */
export function runText({ plan }: Subject, report: RunReport): string {
  const { run, operator, resumed, journal } = report;
  const duration = durationBetween(report.started_at, report.finished_at);
  const lines = [
    plan.runbook.title,
    ...(report.mode === 'dry' ? [`dry run: ${forecastSentence(report.forecast ?? [])}`] : []),
    endText(report),
    '',
    `run ${run} of ${report.runbook} (environment ${report.environment}, plan ${report.plan})`,
    `started by ${operator} at ${report.started_at}${duration === undefined ? '' : `, took ${timeText(duration)}`}`,
    ...resumed.map(
      ({ at, as, operator }) => `${as === 'resume' ? 'resumed' : 'rolled back, as requested'} at ${at} by ${operator}`,
    ),
    ...(report.origin.approvals ?? []).map((given) => `approved by ${approvalText(given)}`),
    `journal: ${journal.events} events, ends in ${journal.head}`,
    ...causeLines(plan, report),
    ...aftermathOf(report).flatMap(({ title, lines, command }) => [
      '',
      `${title}:${command === undefined ? '' : ` ${command}`}`,
      ...lines.map((line) => `  ${line}`),
    ]),
    ...stepLines(plan, report),
    '',
    `Every call and assertion, with its time: runbook show ${run}`,
  ];
  return `${lines.map(inert).join('\n')}\n`;
}

function causeLines(plan: Subject['plan'], report: RunReport): string[] {
  const causes = causesOf(plan, report);
  if (causes.length === 0) return [];
  return [
    '',
    'What went wrong:',
    ...causes.flatMap(({ step, about, details }) => [
      step ? `  ${step.number} ${step.step}: ${step.title} — ${outcomeText(step.outcome)}` : `  ${about}`,
      ...details.map((detail) => `      ${detail}`),
    ]),
  ];
}

function stepLines(plan: Subject['plan'], report: RunReport): string[] {
  const predictions = predictionsIn(report);
  const told = new Set(causesOf(plan, report).flatMap(({ step }) => step ?? []));
  let title = '';
  return foldedEntriesOf(plan, report).flatMap((entry) => {
    // A rollback that did not run is not part of the run, nor is evidence that was not needed.
    if (isForFailures(entry.section) && entry.iterations.length === 0) return [];
    const now = headingOf(entry);
    const heading = now === title ? [] : ['', `${now}:`];
    title = now;
    return [...heading, ...entryLines(entry, becameText(entry, report, predictions), told)];
  });
}

/** @param told Steps that are told in full above. */
function entryLines(entry: Entry, became: string, told: ReadonlySet<ReportedStep>): string[] {
  const { node, depth, isInLoop, iterations } = entry;
  const indent = '  '.repeat(depth + 1);
  const marks = marksOf(entry);
  const name = `${entry.number} ${entry.id}${marks.length > 0 ? ` [${marks.join(', ')}]` : ''}`;
  const [first] = iterations;
  const isTold = !isInLoop && first !== undefined && told.has(first);
  const said = isTold ? `${outcomeText(first.outcome)}, see above` : became;
  const head = `${indent}${name}: ${entry.title}${said === '' ? '' : ` — ${said}`}`;
  const { bad, good } = partsOf(entry);
  const untold = node.kind === 'request' ? bad.filter((step) => !told.has(step)) : [];
  if (!isInLoop)
    return [
      head,
      ...[...untold.flatMap(detailLines), ...iterations.flatMap(evidenceLines)].map((line) => `${indent}    ${line}`),
    ];
  if (bad.length === 0) return [head];
  const failed = bad.flatMap((step) => [
    `${indent}  ${step.step}: ${step.title} — ${told.has(step) ? `${outcomeText(step.outcome)}, see above` : reasonOf(step)}`,
    ...(untold.includes(step) ? detailLines(step) : []).map((line) => `${indent}      ${line}`),
  ]);
  const rest =
    good.length > 0 ? [`${indent}  the others: ${countsText({ ...entry, iterations: good, unreached: [] })}`] : [];
  return [head, ...failed, ...rest];
}

function reasonOf({ outcome, message }: ReportedStep): string {
  return message === undefined ? outcomeText(outcome) : `${outcomeText(outcome)}: ${message}`;
}

/** The calls of a step that has not ended well, and what was expected of their responses. */
function detailLines(step: ReportedStep): string[] {
  return [
    ...callLines(step),
    ...step.assertions.map((one) => {
      const actual = actualText(one, one.passed ? undefined : Number.POSITIVE_INFINITY);
      return `${one.passed ? 'passed' : 'FAILED'}: ${subjectOf(one)}: expected ${expectedText(one)}, actual ${actual}`;
    }),
  ];
}
