import { nodesIn, type Plan, type Visited } from '../../plan/index.ts';
import { inlineCode, plain } from '../markdown.ts';
import { fold, plannedText } from '../markdown-parts.ts';
import { connectionWithAddress, headingOf, marksOf, unreachedText } from '../outline.ts';
import { countsText, legendOf, loopText, summaryOf, type WriteLine } from '../plan-summary.ts';
import { planFacts } from '../plan-text.ts';
import { readable } from '../readable.ts';
import { approvalText } from '../run-lines.ts';
import { runMarkdown } from '../run-markdown.ts';
import type { Subject } from '../subject.ts';
import type { Format } from './format.ts';

/** For a comment on a pull request: a summary, and each step folded below it. */
export const markdown: Format = {
  render: (subject) => (subject.run ? runMarkdown(subject, subject.run.report, longest) : planMarkdown(subject)),
};

/** GitHub takes comments up to 65,536 characters; GitLab and others take more. */
const longest = 65_000;

/** The same for the summary of a job in GitHub Actions, which takes 1 MiB. */
export function jobSummary(subject: Subject): string {
  return subject.run ? runMarkdown(subject, subject.run.report, 1_000_000) : planMarkdown(subject);
}

function planMarkdown(subject: Subject): string {
  let text = '';
  for (const detail of ['all', 'no reads', 'heads'] as const) {
    text = pageOf(subject, detail);
    if (text.length <= longest) return text;
  }
  return cut(text);
}

type Detail = 'all' | 'no reads' | 'heads';

const shortened = '\n*Shortened to fit into a comment; the JSON and the HTML page have everything.*\n';

function cut(text: string): string {
  const end = text.lastIndexOf('\n', longest - shortened.length);
  return `${text.slice(0, end)}\n${shortened}`;
}

function pageOf(subject: Subject, detail: Detail): string {
  const { plan, id } = subject;
  return [
    `### ${plain(plan.runbook.title)}\n`,
    `Plan ${inlineCode(id)}: ${plain(countsText(plan))}\n`,
    ...approvalLines(subject),
    ...summaryOfPlan(plan),
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
    ...calls.map(({ connection, per, reads, writes: written }) => {
      const where = per === undefined ? connectionWithAddress(connection, plan) : '';
      const which = per === undefined ? connection : `${connection}, ${loopText(per)}`;
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

function sectionsOf(subject: Subject, detail: Detail): string[] {
  let title = '';
  return nodesIn(subject.plan).flatMap((entry) => {
    const now = headingOf(entry);
    const heading = now === title ? [] : [`\n#### ${now}\n`];
    title = now;
    return [...heading, ...entryText(entry, subject, detail)];
  });
}

function entryText(entry: Visited, { plan }: Subject, detail: Detail): string[] {
  const { node: planned, depth } = entry;
  const node = readable(planned, plan);
  const indent = '&nbsp;'.repeat(depth * 2);
  const marks = marksOf(entry).map((mark) => `<b>${plain(mark)}</b> `);
  const skipped = node.kind === 'skipped' ? ` — ${plain(unreachedText(node))}` : '';
  const head = `${indent}${plain(node.number)} ${marks.join('')}${plain(node.title)} <code>${plain(node.id)}</code>${skipped}`;
  const isShort = detail === 'heads' || (detail === 'no reads' && node.kind === 'request' && node.effect === 'read');
  const inside = isShort ? '' : plannedText(planned, plan).join('\n');
  return [inside === '' ? `${head}<br>` : fold(head, inside, true)];
}
