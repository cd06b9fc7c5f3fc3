import { inOneLine } from '../../text/in-one-line.ts';
import { inert } from '../../text/index.ts';
import { aftermathLines } from '../aftermath.ts';
import { type Cause, callLines, causesOf } from '../causes.ts';
import { type Entry, entriesOf, isForFailures, latestOf } from '../entries.ts';
import { predictionsIn } from '../forecast.ts';
import { unreachedText } from '../outline.ts';
import { expectedText, subjectOf } from '../reason-text.ts';
import { endText, outcomeText } from '../run-lines.ts';
import { durationBetween, isGood, type ReportedStep, type RunReport } from '../run-report.ts';
import type { Format } from './format.ts';

/**
 * For the test page of a pipeline: a suite for each step of the runbook with a case for each call in it, and one for the run as
 * a whole. What went wrong by itself is a failure, what only follows from it is skipped.
 */
export const junit: Format = {
  render: ({ plan, run }) =>
    run ? documentOf(run.report, entriesOf(plan, run.report), causesOf(plan, run.report)) : '',
};

interface Case {
  readonly name: string;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  /** Of a failure and of what is skipped: one line. */
  readonly message?: string;
  /** Of a failure. */
  readonly text?: string;
  readonly output?: string;
  readonly time?: number | undefined;
}

interface Suite {
  readonly name: string;
  /** What the cases belong to on a page that sorts them by class. */
  readonly of: string;
  readonly at: string;
  readonly cases: readonly Case[];
}

function documentOf(report: RunReport, entries: readonly Entry[], causes: readonly Cause[]): string {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const seen = { report, causes, byId, predictions: predictionsIn(report) };
  const suites = [...suitesOf(entries, seen), runSuite(report, causes)].filter(({ cases }) => cases.length > 0);
  const all = suites.flatMap(({ cases }) => cases);
  const time = durationBetween(report.started_at, report.finished_at);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(report.runbook)}" ${countsOf(all)}${seconds(time)}>`,
    ...suites.flatMap((suite) => suiteLines(suite, report)),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Seen {
  readonly report: RunReport;
  readonly causes: readonly Cause[];
  readonly byId: ReadonlyMap<string, Entry>;
  readonly predictions: ReturnType<typeof predictionsIn>;
}

/** A suite for what is before the first write, one for each step of the runbook, and one for what was rolled back. */
function suitesOf(entries: readonly Entry[], seen: Seen): Suite[] {
  const about = causesByStep(seen.causes);
  const suites = new Map<string, { name: string; of: string; at: string; cases: Case[] }>();
  const undone = { name: 'Rollback', of: 'rollback', at: '', cases: [] as Case[] };
  for (const entry of entries) {
    const top = topOf(entry, seen.byId);
    const own =
      top.section === 'preflight'
        ? { name: 'Before the first write', of: 'preflight' }
        : { name: `${top.number} ${top.id}: ${top.title}`, of: top.id };
    const known = entry.section === 'rollback' ? undone : suites.get(own.name);
    const suite = known ?? { ...own, at: '', cases: [] };
    if (!known) suites.set(own.name, suite);
    suite.at ||= entry.iterations[0]?.started_at ?? '';
    suite.cases = suite.cases.concat(casesOf(entry, about, seen));
  }
  return [...suites.values(), undone].map((suite) => ({ ...suite, at: suite.at || seen.report.started_at }));
}

function topOf(entry: Entry, byId: ReadonlyMap<string, Entry>): Entry {
  const around = entry.within === undefined ? undefined : byId.get(entry.within);
  return around ? topOf(around, byId) : entry;
}

function causesByStep(causes: readonly Cause[]): ReadonlyMap<string, Cause> {
  return new Map(causes.flatMap((cause) => (cause.step ? [[cause.step.step, cause] as const] : [])));
}

function casesOf(entry: Entry, causes: ReadonlyMap<string, Cause>, seen: Seen): Case[] {
  const ran = latestOf(entry.iterations).flatMap((step) => caseOf(step, causes.get(step.step), seen));
  if (isForFailures(entry.section)) return ran;
  const isCounted = entry.node.kind === 'request' || entry.node.kind === 'skipped';
  const missed = isCounted ? entry.unreached : [];
  const why = missed.length > 0 ? missedText(entry, seen) : '';
  return [
    ...ran,
    ...missed.map((node): Case => {
      const name = `${node.number} ${node.id}: ${node.title}`;
      const predicted = seen.predictions(node.number).join('; ');
      const message = node.kind === 'skipped' ? unreachedText(node) : predicted === '' ? why : predicted;
      return { name, kind: 'skipped', message };
    }),
  ];
}

/** A block is a case where it has not simply been gone through: its steps are. */
function caseOf(step: ReportedStep, cause: Cause | undefined, seen: Seen): Case[] {
  const { kind, outcome, message, reason } = step;
  const common = {
    name: `${step.number} ${step.step}: ${step.title}`,
    // That of a block is the time of its steps.
    time: kind === 'block' ? undefined : durationBetween(step.started_at, step.finished_at),
    output: outputOf(step),
  };
  if (cause) {
    const kind = outcome === 'failed' ? 'failure' : 'error';
    return [{ ...common, kind, message: cause.text, text: textOf(cause, seen) }];
  }
  const words = `${outcomeText(outcome)}${message === undefined ? '' : `: ${message}`}`;
  switch (outcome) {
    case 'done':
    case 'unchanged':
    case 'in-place':
      if (kind !== 'request' && outcome === 'done') return [];
      return [{ ...common, kind: 'passed', output: [words, common.output].filter((text) => text !== '').join('\n') }];
    case 'skipped':
      return kind === 'note' ? [] : [{ ...common, kind: 'skipped', message: words }];
    case 'would-change':
    case 'depends':
      return [{ ...common, kind: 'skipped', message: words }];
    case 'failed':
    case 'in-doubt':
      // A block says nothing itself; evidence that could not be read says so.
      return [{ ...common, kind: 'skipped', message: reason ? `no failure by itself: ${words}` : followsText(seen) }];
    default:
      return [{ ...common, kind: 'skipped', message: `${words}; ${followsText(seen)}` }];
  }
}

/** Returns why something was skipped or not reached: what has failed first, or what has stopped the run. */
function followsText({ report, causes }: Pick<Seen, 'report' | 'causes'>): string {
  const [first] = causes;
  if (first) return `follows from ${nameOf(first)}`;
  if (report.summary?.interrupted) return 'the run was interrupted';
  if (report.state === 'waiting-for-confirmation') return 'the run waits for a confirmation';
  return report.summary ? 'there was nothing to do' : 'the run has not ended';
}

function nameOf({ step, about }: Cause): string {
  return step ? `${step.number} ${step.step}` : about;
}

/** Returns why a step was not reached: the block around it was left out, or the run had ended before. */
function missedText(entry: Entry, seen: Seen): string {
  const { byId } = seen;
  for (let around = entry.within; around !== undefined; around = byId.get(around)?.within) {
    const block = byId.get(around);
    const left = block?.iterations.find(
      ({ outcome }) => outcome === 'skipped' || outcome === 'in-place' || outcome === 'unchanged',
    );
    if (block && left) return `not reached: ${block.number} ${block.id} is ${outcomeText(left.outcome)}`;
    if (
      block?.node.kind === 'block' &&
      block.node.for_each !== undefined &&
      block.iterations.some(({ outcome }) => outcome === 'done')
    )
      return `not reached: the list of ${block.number} ${block.id} was empty`;
  }
  return `not reached: ${followsText(seen)}`;
}

/** A failure in full; with the first one, what was done about it and what is left. */
function textOf(cause: Cause, { report, causes }: Pick<Seen, 'report' | 'causes'>): string {
  const aftermath = cause === causes[0] ? ['', ...aftermathLines(report)] : [];
  return [...cause.details, ...aftermath].join('\n');
}

function outputOf(step: ReportedStep): string {
  const { assertions, notes, place } = step;
  return [
    ...callLines(step),
    ...assertions
      .filter(({ passed }) => passed)
      .map((one) => `passed: ${subjectOf(one)}: expected ${expectedText(one)}, actual ${inOneLine(one.actual, 4_000)}`),
    ...notes.map(({ note }) => note),
    `at ${place}`,
  ].join('\n');
}

/** What is wrong with the run and with no step of it; what went wrong with a step is said there. */
function runSuite(report: RunReport, causes: readonly Cause[]): Suite {
  const { state, mode, plan, journal } = report;
  const name = mode === 'dry' ? 'the dry run' : 'the run';
  const output = [endText(report), '', ...aftermathLines(report), '', `plan ${plan}`, `journal ${journal.head}`].join(
    '\n',
  );
  const loose = causes.filter(({ step }) => step === undefined);
  const own: Case = isGood(state)
    ? { name, kind: 'passed', output }
    : causes.length > 0
      ? { name, kind: 'skipped', message: `${state}: ${followsText({ report, causes })}`, output }
      : { name, kind: 'error', message: state, text: [endText(report), '', ...aftermathLines(report)].join('\n') };
  const others = loose.map(
    (cause): Case => ({
      name: cause.about,
      kind: 'failure',
      message: cause.text,
      text: textOf(cause, { report, causes }),
    }),
  );
  return { name: `run ${report.run}`, of: 'run', at: report.started_at, cases: [...others, own] };
}

function suiteLines({ name, of, at, cases }: Suite, { runbook }: RunReport): string[] {
  const time = cases.reduce((sum, one) => sum + (one.time ?? 0), 0);
  return [
    `  <testsuite name="${xml(name)}" timestamp="${xml(at)}" ${countsOf(cases)} skipped="${countOf(cases, 'skipped')}"${seconds(time)}>`,
    ...cases.map((one) => `    ${caseXml(one, `${runbook}.${of}`)}`),
    '  </testsuite>',
  ];
}

function caseXml({ name, kind, message = '', text = '', output, time }: Case, className: string): string {
  const result =
    kind === 'passed'
      ? ''
      : kind === 'skipped'
        ? `<skipped message="${xml(message)}"/>`
        : `<${kind} message="${xml(message)}">${lines(text)}</${kind}>`;
  const said = output === undefined || output === '' ? '' : `<system-out>${lines(output)}</system-out>`;
  return `<testcase name="${xml(name)}" classname="${xml(className)}"${seconds(time)}>${result}${said}</testcase>`;
}

function countsOf(cases: readonly Case[]): string {
  return `tests="${cases.length}" failures="${countOf(cases, 'failure')}" errors="${countOf(cases, 'error')}"`;
}

function countOf(cases: readonly Case[], kind: Case['kind']): number {
  return cases.filter((one) => one.kind === kind).length;
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : ` time="${(milliseconds / 1_000).toFixed(3)}"`;
}

function lines(text: string): string {
  return text.split('\n').map(xml).join('\n');
}

/** Text for XML: what XML 1.0 cannot hold at all becomes a mark. */
function xml(text: string): string {
  return inert(text)
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
