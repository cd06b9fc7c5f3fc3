import { inOneLine } from '../text/in-one-line.ts';
import { aftermathOf } from './aftermath.ts';
import { causesOf } from './causes.ts';
import {
  becameText,
  countsText,
  type Entry,
  foldedEntriesOf,
  isForFailures,
  isWrong,
  numberText,
  partsOf,
} from './entries.ts';
import { forecastSentence, predictionsIn } from './forecast.ts';
import { inlineCode, plain } from './markdown.ts';
import { fold, plannedText } from './markdown-parts.ts';
import { headingOf, marksOf } from './outline.ts';
import { planFacts } from './plan-text.ts';
import { errorText, expectedText, subjectOf } from './reason-text.ts';
import { approvalText, endText, outcomeText } from './run-lines.ts';
import {
  durationBetween,
  type ReportedCall,
  type ReportedStep,
  type RunReport,
  shownCalls,
  timeText,
} from './run-report.ts';
import type { Subject } from './subject.ts';

/** Of what has succeeded, so much is shown; what has failed is always shown whole. */
const details = ['all', 'counts of iterations', 'no reads', 'heads', 'failures'] as const;
type Detail = (typeof details)[number];

/** What each of them leaves out. */
const leftOut: Readonly<Record<Detail, string>> = {
  all: '',
  'counts of iterations': 'the single iterations of loops that succeeded',
  'no reads': 'the iterations of loops and the calls of reads that succeeded',
  heads: 'the calls of what succeeded',
  failures: 'the steps that succeeded',
};

/**
 * A run as Markdown: how it ended, what went wrong and what is left of it, then each step of the plan folded.
 * @param longest Bytes. Where it does not fit, what has succeeded is shortened; what went wrong never is, even where that alone is
 * longer.
 */
export function runMarkdown(subject: Subject, report: RunReport, longest: number): string {
  const entries = foldedEntriesOf(subject.plan, report);
  const head = headOf(subject, report);
  let text = '';
  for (const detail of details) {
    text = [
      ...head,
      ...sectionsOf(entries, subject, report, detail),
      ...(detail === 'all' ? [] : [cutText(detail, report)]),
    ].join('\n');
    if (new TextEncoder().encode(text).length <= longest) return text;
  }
  return text;
}

function cutText(detail: Detail, { run }: RunReport): string {
  return `\n*Shortened to fit: ${leftOut[detail]} are left out here. Everything: \`runbook show ${run}\`, or \`runbook report ${run}\` with \`--format html\` or \`json\`.*\n`;
}

function headOf({ plan, id }: Subject, report: RunReport): string[] {
  const { origin, journal, resumed, run, operator } = report;
  const duration = durationBetween(report.started_at, report.finished_at);
  return [
    `### ${plain(plan.runbook.title)}\n`,
    ...(report.mode === 'dry' ? [`**Dry run**: ${plain(forecastSentence(report.forecast ?? []))}\n`] : []),
    `**${plain(endText(report))}**\n`,
    `Run ${inlineCode(run)} of plan ${inlineCode(id)}, started by ${plain(operator)} at ${plain(report.started_at)}${duration === undefined ? '' : `, took ${plain(timeText(duration))}`}.`,
    `Journal: ${journal.events} events, ends in ${inlineCode(journal.head)}\n`,
    ...resumed.map(
      ({ at, as, operator }) =>
        `- ${as === 'resume' ? 'resumed' : 'rolled back, as requested'} at ${plain(at)} by ${plain(operator)}`,
    ),
    ...(origin.approvals ?? []).map((approval) => `- approved by ${plain(approvalText(approval))}`),
    '',
    ...causeLines(plan, report),
    ...aftermathOf(report).flatMap(({ title, lines, isUrgent, command }) => [
      `${isUrgent ? `**${title}**` : title}:${command === undefined ? '' : ` ${inlineCode(command)}`}`,
      ...lines.map((line) => `- ${plain(line)}`),
      '',
    ]),
    fold(
      'About',
      planFacts(plan, id)
        .map(([name, value]) => `- ${plain(name)}: ${inlineCode(value)}`)
        .join('\n'),
    ),
  ];
}

function causeLines(plan: Subject['plan'], report: RunReport): string[] {
  const causes = causesOf(plan, report);
  if (causes.length === 0) return [];
  return [
    '**What went wrong**:',
    ...causes.flatMap(({ step, about, details }) => [
      step
        ? `- <b>${plain(step.number)} ${plain(step.title)}</b> <code>${plain(step.step)}</code> — <b>${plain(outcomeText(step.outcome))}</b>`
        : `- <b>${plain(about)}</b>`,
      ...details.map((detail) => `  - ${plain(detail)}`),
    ]),
    '',
  ];
}

function sectionsOf(entries: readonly Entry[], subject: Subject, report: RunReport, detail: Detail): string[] {
  const predictions = predictionsIn(report);
  let title = '';
  return entries.flatMap((entry) => {
    // A rollback that did not run is not part of the run, nor is evidence that was not needed.
    if (isForFailures(entry.section) && entry.iterations.length === 0) return [];
    const isBad = entry.iterations.some(isWrong);
    if (detail === 'failures' && !isBad) return [];
    const now = headingOf(entry);
    const heading = now === title ? [] : [`\n#### ${now}\n`];
    title = now;
    return [...heading, entryText(entry, subject, becameText(entry, report, predictions), detail)];
  });
}

function entryText(entry: Entry, { plan }: Subject, became: string, detail: Detail): string {
  const { node, depth, loop, isInLoop } = entry;
  const { bad } = partsOf(entry);
  const isBad = bad.length > 0;
  const marks = marksOf(entry).map((mark) => `<b>${plain(mark)}</b> `);
  const said = became === '' ? '' : ` — ${isBad ? `<b>${plain(became)}</b>` : plain(became)}`;
  const head = `${'&nbsp;'.repeat(depth * 2)}${plain(entry.number)} ${marks.join('')}${plain(entry.title)} <code>${plain(entry.id)}</code>${said}`;
  const isRead = node.kind === 'request' && node.effect === 'read';
  const isShort = !isBad && (detail === 'heads' || (detail === 'no reads' && isRead));
  // In a report of any length a failure has its calls; what the plan says of it is short, too.
  const first = entry.planned > 1 ? [`The first of ${numberText(entry.planned)}, as planned:`, ''] : [];
  const planned = isShort ? [] : [...(loop ? plannedText(loop, plan) : []), ...first, ...plannedText(node, plan)];
  const ran = isShort ? [] : isInLoop ? loopText(entry, detail) : entry.iterations.flatMap((step) => stepText(step));
  const inside = [...planned, ...ran].join('\n');
  return inside === '' ? `${head}<br>` : fold(head, inside, true, isBad && node.kind === 'request');
}

/** The iterations of a loop: those that failed in full, then the others, a line each. */
function loopText(entry: Entry, detail: Detail): string[] {
  const { bad, good } = partsOf(entry);
  const failed = bad.flatMap((step) => [
    `**${plain(step.number)} ${plain(step.title)}** <code>${plain(step.step)}</code> — **${plain(outcomeText(step.outcome))}**${step.message === undefined ? '' : `: ${plain(step.message)}`}`,
    '',
    ...stepText(step),
    '',
  ]);
  if (good.length === 0 || entry.node.kind !== 'request') return failed;
  const summary = countsText({ ...entry, iterations: good, unreached: [] });
  if (detail !== 'all') return [...failed, `- ${plain(summary)}`];
  const rows = good.map(
    ({ step, outcome, message, calls }) =>
      `| ${plain(step)} | ${plain(outcomeText(outcome))}${message === undefined ? '' : `: ${plain(message)}`} | ${calls.map(briefText).join('<br>')} |`,
  );
  return [...failed, fold(summary, ['| iteration | outcome | calls |', '|---|---|---|', ...rows].join('\n'))];
}

function briefText({ request, status, failure }: ReportedCall): string {
  return `${plain(request)}: ${plain(String(status ?? failure?.message ?? 'no response recorded'))}`;
}

function stepText(step: ReportedStep): string[] {
  const { first, left, last } = shownCalls(step);
  const calls = [
    ...first.map(callText),
    ...(left > 0 ? [`- … ${numberText(left)} calls more`] : []),
    ...last.map(callText),
  ];
  const saved =
    step.phase === 'evidence'
      ? Object.entries(step.saved ?? {}).map(
          ([name, value]) => `- ${plain(name)}: ${inlineCode(inOneLine(value, 2_000))}`,
        )
      : [];
  if (step.assertions.length === 0) return [...calls, ...saved];
  return [
    ...calls,
    ...saved,
    '',
    '| | assertion | expected | actual |',
    '|---|---|---|---|',
    ...step.assertions.map(
      (assertion) =>
        `| ${assertion.passed ? 'passed' : '**FAILED**'} | ${plain(subjectOf(assertion))} | ${plain(expectedText(assertion))} | ${plain(inOneLine(assertion.actual, assertion.passed ? 200 : 4_000))} |`,
    ),
    '',
  ];
}

function callText({ request, status, failure, duration_ms, error, warnings, opaque_id }: ReportedCall): string {
  const said = status ?? (failure ? `no response: ${failure.message}` : 'no response recorded');
  const time = duration_ms === undefined ? '' : ` in ${duration_ms} ms`;
  const why = error === undefined ? '' : ` — ${errorText(error)}`;
  const more = warnings.map((warning) => `\n  - warning: ${plain(warning)}`).join('');
  return `- ${inlineCode(request)}: ${plain(`${said}${time}${why}`)} (${inlineCode(opaque_id)})${more}`;
}
