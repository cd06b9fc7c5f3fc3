import { nodesIn, type Plan, type PlannedNode, type Request, type Visited, wholeRunbook } from '../../plan/index.ts';
import { inOneLine } from '../../text/in-one-line.ts';
import { detailsOf } from '../details.ts';
import { forecastSentence, predictionsOf } from '../forecast.ts';
import { codeBlock, inlineCode, plain } from '../markdown.ts';
import {
  addressOf,
  bodyText,
  connectionText,
  connectionWithAddress,
  iterationsOf,
  requestText,
  titleOf,
  unreachedText,
} from '../outline.ts';
import { countsText, legendOf, summaryOf, type WriteLine } from '../plan-summary.ts';
import { planFacts } from '../plan-text.ts';
import { readable } from '../readable.ts';
import { errorText, expectedText, reasonText, subjectOf } from '../reason-text.ts';
import {
  approvalText,
  byHandLines,
  endText,
  evidenceLines,
  keptText,
  leftCallText,
  leftText,
  leftTitle,
  notesOf,
  noteText,
  outcomeText,
} from '../run-lines.ts';
import { durationBetween, isBad, type ReportedStep, type RunReport, timeText } from '../run-report.ts';
import type { Subject } from '../subject.ts';
import { valueText } from '../words.ts';
import type { Format } from './format.ts';

/** For a comment on a pull request: a summary, and each step folded below it. */
export const markdown: Format = {
  render: (subject) => {
    let text = '';
    for (const detail of ['all', 'no reads', 'heads'] as const) {
      text = pageOf(subject, detail);
      if (text.length <= longest) return text;
    }
    return cut(text);
  },
};

/** GitHub takes comments up to 65,536 characters; GitLab and others take more. */
const longest = 65_000;

type Detail = 'all' | 'no reads' | 'heads';

const shortened = '\n*Shortened to fit into a comment; the JSON and the HTML page have everything.*\n';

function cut(text: string): string {
  const end = text.lastIndexOf('\n', longest - shortened.length);
  return `${text.slice(0, end)}\n${shortened}`;
}

function pageOf(subject: Subject, detail: Detail): string {
  const { plan, id, run } = subject;
  return [
    `### ${plain(plan.runbook.title)}\n`,
    ...(run
      ? runHead(run.report)
      : [`Plan ${inlineCode(id)}: ${plain(countsText(plan))}\n`, ...approvalLines(subject), ...summaryOfPlan(plan)]),
    fold(
      'About',
      planFacts(plan, id)
        .map(([name, value]) => `- ${plain(name)}: ${inlineCode(value)}`)
        .join('\n'),
    ),
    ...sectionsOf(subject, detail),
    ...(detail === 'all' ? [] : [shortened]),
  ].join('\n');
}

/** What a reviewer reads first: how much it does, what is disruptive, each write with what undoes it. */
function summaryOfPlan(plan: Plan): string[] {
  const summary = summaryOf(plan);
  const { calls, questions, writes, rollback, warnings } = summary;
  return [
    '| | reads | writes | |\n|---|--:|--:|---|',
    ...calls.map(({ connection, perItemOf, reads, writes: written }) => {
      const where = perItemOf === undefined ? connectionWithAddress(connection, plan) : '';
      const which = perItemOf === undefined ? connection : `${connection}, per item of step ${perItemOf}`;
      return `| ${plain(which)} | ${reads} | ${written} | ${plain(where)} |`;
    }),
    '',
    ...questions.map(
      ({ number, title, disruptive, notes }) =>
        `- ${disruptive ? '**disruptive** ' : ''}${plain(number)} ${plain(title)}${notes.map((note) => ` — ${plain(note)}`).join('')}`,
    ),
    ...(questions.length > 0 ? [''] : []),
    writeTable('Writes', 'undone by', writes),
    ...(rollback.length > 0 ? [fold('Only if the run is rolled back', writeTable(undefined, 'undoes', rollback))] : []),
    `${legendOf(summary)
      .map(([mark, says]) => `${inlineCode(mark)} ${plain(says)}`)
      .join(' · ')}\n`,
    ...warnings.map(
      ({ number, note, when }) =>
        `- **warning** ${plain(number)}: ${plain(note)}${when.map((condition) => ` (only if ${plain(condition)})`).join('')}`,
    ),
    '',
  ];
}

/** A code span in a table would end at a `|`. */
function writeTable(title: string | undefined, undone: string, lines: readonly WriteLine[]): string {
  if (lines.length === 0) return '';
  return [
    ...(title === undefined ? [] : [`#### ${title}\n`]),
    `| | step | write | call | ${undone} |`,
    '|---|---|---|---|---|',
    ...lines.map(({ marks, disruptive, number, title: what, call, on, notes, undone: by, isLeft }) => {
      const cells = [
        `<code>${plain(`${marks}${disruptive ? '!' : ''}`)}</code>`,
        plain(number),
        plain(what),
        [`<code>${plain(call)}</code> on ${plain(on)}`, ...notes.map(plain)].join('<br>'),
        isLeft ? `**${plain(by)}**` : plain(by),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
  ].join('\n');
}

function approvalLines({ approvals }: Subject): string[] {
  if (!approvals) return [];
  if (approvals.length === 0) return ['- **not approved yet**\n'];
  return [...approvals.map((given) => `- approved by ${plain(approvalText(given))}`), ''];
}

function runHead(report: RunReport): string[] {
  const { summary, origin, journal, resumed, run, plan: id } = report;
  const forecast = report.mode === 'dry' ? [`**Dry run**: ${plain(forecastSentence(report.forecast ?? []))}\n`] : [];
  const duration = durationBetween(report.started_at, report.finished_at);
  return [
    ...forecast,
    `**${plain(endText(report))}**\n`,
    `Run ${inlineCode(run)} of plan ${inlineCode(id)}, ${plain(report.started_at)}${duration === undefined ? '' : `, ${plain(timeText(duration))}`}.`,
    `Journal: ${journal.events} events, ends in ${inlineCode(journal.head)}\n`,
    ...resumed.map(({ at, as }) => `- ${as === 'resume' ? 'resumed' : 'rolled back, as requested'} at ${plain(at)}`),
    ...(origin.approvals ?? []).map((approval) => `- approved by ${plain(approvalText(approval))}`),
    ...(summary ? notesOf(summary) : []).map((note) => `- ${plain(noteText(note))}`),
    ...(summary?.cleanup_failures ?? []).map((failure) => {
      const call = leftCallText(failure);
      return `- **not cleaned up**: ${plain(failure.step)}: ${call === undefined ? '' : `${inlineCode(call)} `}${plain(reasonText(failure.reason))}`;
    }),
    ...(summary?.in_doubt ?? []).map((step) => `- **unknown outcome**: ${plain(step)}`),
    ...(summary?.left ?? []).map((left) => `- **${leftTitle(left)}**: ${plain(leftText(left))}`),
    ...(summary && summary.by_hand.length > 0
      ? [`- **to complete the rollback**: \`runbook rollback ${report.run}\`, or by hand, in this order:`]
      : []),
    ...(summary ? byHandLines(summary) : []).map((line) => `  - ${plain(line)}`),
    ...(summary?.kept ?? []).map((kept) => `- **kept**: ${plain(keptText(kept))}`),
    '',
  ];
}

const titles = {
  preflight: 'Before the first write',
  steps: 'Steps',
  evidence: 'Steps',
  always: 'Steps',
  rollback: 'Steps',
} as const;

function sectionsOf(subject: Subject, detail: Detail): string[] {
  let title = '';
  return nodesIn(subject.plan).flatMap((entry) => {
    const now = entry.undoes === wholeRunbook ? 'Rollback of the whole runbook' : titles[entry.section];
    const heading = now === title ? [] : [`\n#### ${now}\n`];
    title = now;
    return [...heading, ...entryText(entry, subject, detail)];
  });
}

function entryText({ node: planned, section, undoes, depth }: Visited, subject: Subject, detail: Detail): string[] {
  const node = readable(planned, subject.plan);
  const report = subject.run?.report;
  const iterations = report ? iterationsOf(node.id, report) : [];
  // A rollback that did not run is not part of the run, nor is evidence that was not needed.
  if (report && (section === 'rollback' || section === 'evidence') && iterations.length === 0) return [];
  const indent = '&nbsp;'.repeat(depth * 2);
  const marks = [
    ...(node.kind === 'request' && node.effect === 'write' ? ['WRITE'] : []),
    ...(node.kind !== 'skipped' && node.disruptive ? ['DISRUPTIVE'] : []),
    ...(section === 'always' || section === 'evidence' ? [section] : []),
    ...(undoes === undefined || node.kind === 'block' ? [] : [`rolls back ${undoes}`]),
  ].map((mark) => `<b>${plain(mark)}</b> `);
  const became = report
    ? ` — ${becameText(node, iterations, report)}`
    : node.kind === 'skipped'
      ? ` — ${plain(unreachedText(node))}`
      : '';
  const head = `${indent}${plain(node.number)} ${marks.join('')}${plain(titleOf(node, iterations))} <code>${plain(node.id)}</code>${became}`;
  const isShort = detail === 'heads' || (detail === 'no reads' && node.kind === 'request' && node.effect === 'read');
  const inside = isShort ? '' : [...plannedText(planned, subject), ...iterations.flatMap(iterationText)].join('\n');
  const found = section === 'evidence' ? iterations.flatMap(foundText) : [];
  return [inside === '' ? `${head}<br>` : fold(head, inside, true), ...found];
}

/** What evidence has found: in a report of any length. */
function foundText({ saved = {} }: ReportedStep): string[] {
  return Object.entries(saved).map(([name, value]) => `- ${plain(name)}: ${inlineCode(inOneLine(value, 2_000))}`);
}

function becameText(node: PlannedNode, iterations: readonly ReportedStep[], report: RunReport): string {
  if (report.mode === 'dry') return predictionsOf(node, report).map(plain).join('; ') || 'not reached';
  if (iterations.length === 0) return plain(unreachedText(node));
  const words = iterations.map(({ outcome, message }) => {
    const word = plain(outcomeText(outcome));
    return `${isBad(outcome) ? `<b>${word}</b>` : word}${message === undefined ? '' : `: ${plain(message)}`}`;
  });
  return [...new Set(words)].join('; ');
}

function plannedText(planned: PlannedNode, { plan }: Subject): string[] {
  const node = readable(planned, plan);
  const details = detailsOf(planned, plan).map(
    ({ name, value, otherwise }) =>
      `- ${name} ${inlineCode(value)}${otherwise === undefined ? '' : ` — otherwise: ${plain(otherwise)}`}`,
  );
  if (node.kind === 'note') return [...details, `> ${plain(node.note)}`];
  if (node.kind !== 'request') return details;
  return [callText(node.request, plan), '', ...details, `- at ${inlineCode(node.at)}`, ''];
}

function callText(request: Request, plan: Subject['plan']): string {
  if (request.type !== 'http') return codeBlock(`${requestText(request)}   # on ${request.connection}`, '');
  const lines = [
    `${request.method} ${addressOf(request, plan)}`,
    `# on ${connectionText(request)}`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${valueText(value)}`),
    ...(request.body === undefined ? [] : ['', ...bodyText(request, plan).split('\n')]),
  ];
  return codeBlock(lines.join('\n'), 'http');
}

function iterationText(step: ReportedStep): string[] {
  const calls = step.calls.map(({ request, status, failure, duration_ms, error, warnings, opaque_id }) => {
    const said = status ?? (failure ? `no response: ${failure.message}` : 'no response recorded');
    const time = duration_ms === undefined ? '' : ` in ${duration_ms} ms`;
    const why = error === undefined ? '' : ` — ${errorText(error)}`;
    const more = warnings.map((warning) => `\n  - warning: ${plain(warning)}`).join('');
    return `- ${inlineCode(request)}: ${plain(`${said}${time}${why}`)} (${inlineCode(opaque_id)})${more}`;
  });
  const shown = [...calls, ...evidenceLines(step).map((line) => `  - ${plain(line)}`)];
  if (step.assertions.length === 0) return shown;
  return [
    ...shown,
    '',
    '| | assertion | expected | actual |',
    '|---|---|---|---|',
    ...step.assertions.map(
      (assertion) =>
        `| ${assertion.passed ? 'passed' : '**FAILED**'} | ${plain(subjectOf(assertion))} | ${plain(expectedText(assertion))} | ${plain(inOneLine(assertion.actual))} |`,
    ),
    '',
  ];
}

/** A part that opens with a click; its summary is HTML already where `isMarkup`. */
function fold(summary: string, inside: string, isMarkup = false): string {
  return `<details><summary>${isMarkup ? summary : plain(summary)}</summary>\n\n${inside}\n\n</details>\n`;
}
