import type { Assertion } from '../../engine/index.ts';
import { inOneLine } from '../../text/in-one-line.ts';
import { inert } from '../../text/index.ts';
import { comparisonText, expectedText, subjectOf } from '../reason-text.ts';
import { endText, outcomeText } from '../run-lines.ts';
import { durationBetween, isBad, isGood, type ReportedStep, type RunReport } from '../run-report.ts';
import type { Format } from './format.ts';

/** For the test page of a pipeline: a suite for each step, a case for each assertion, and one for the run as a whole. */
export const junit: Format = {
  render: ({ run }) => (run ? documentOf(run.report) : ''),
};

interface Case {
  readonly name: string;
  /** Inside of the case: what went wrong, or what was seen. */
  readonly inside: string;
  readonly kind: 'passed' | 'failed' | 'error' | 'skipped';
}

function documentOf(report: RunReport): string {
  const suites = [
    ...report.steps
      .filter(({ kind, outcome }) => kind === 'request' || isBad(outcome))
      .map((step) => suiteOf(step, report)),
    runSuite(report),
  ];
  const cases = suites.flatMap((suite) => suite.cases);
  const time = seconds(durationBetween(report.started_at, report.finished_at));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(report.runbook)}" ${countsOf(cases)}${time}>`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(step: ReportedStep, report: RunReport) {
  return suite(`${step.number} ${step.step}: ${step.title}`, `${report.runbook}.${step.step}`, casesOf(step), {
    at: step.started_at,
    time: durationBetween(step.started_at, step.finished_at),
    about: [
      `at ${step.place}`,
      ...step.calls.map(
        ({ request, connection, status, failure, duration_ms, opaque_id }) =>
          `${connection} ${request}: ${status ?? failure?.message ?? 'no response recorded'}${duration_ms === undefined ? '' : ` in ${duration_ms} ms`} (${opaque_id})`,
      ),
    ].join('\n'),
  });
}

/** Returns whether the run has done what it was to do: a rollback that worked does not make it so. */
function runSuite(report: RunReport) {
  const { state, mode } = report;
  const words = endText(report);
  const one: Case = {
    name: mode === 'dry' ? 'the dry run' : 'the run',
    kind: isGood(state) ? 'passed' : state === 'failed' || state === 'refused' ? 'failed' : 'error',
    inside: isGood(state)
      ? output(words)
      : problem(state === 'failed' || state === 'refused' ? 'failure' : 'error', state, words),
  };
  const about = `plan ${report.plan}\njournal ${report.journal.head}`;
  return suite(`run ${report.run}`, report.runbook, [one], { at: report.started_at, time: undefined, about });
}

function casesOf(step: ReportedStep): Case[] {
  const { outcome, message: reason = '' } = step;
  const asserted = step.assertions.map(caseOf);
  const isExplained = asserted.some(({ kind }) => kind === 'failed');
  if (outcome === 'done' && asserted.length > 0) return asserted;
  const words = outcomeText(outcome);
  const own = (kind: Case['kind'], inside: string): Case[] => [...asserted, { name: 'outcome', kind, inside }];
  switch (outcome) {
    case 'done':
    case 'unchanged':
    case 'in-place':
      return own('passed', output(reason || words));
    case 'skipped':
    case 'would-change':
    case 'depends':
      return own('skipped', `<skipped message="${xml(`${words}${reason === '' ? '' : `: ${reason}`}`)}"/>`);
    case 'failed':
      return isExplained ? asserted : own('failed', problem('failure', words, reason));
    default:
      return own('error', problem('error', words, reason));
  }
}

function caseOf(assertion: Assertion): Case {
  const [subject, expected] = [subjectOf(assertion), expectedText(assertion)];
  const { actual, passed, message } = assertion;
  const name = `${subject}: ${expected}`;
  const words = comparisonText(assertion);
  return passed
    ? { name, kind: 'passed', inside: output(`actual: ${inOneLine(actual, Number.POSITIVE_INFINITY)}`) }
    : { name, kind: 'failed', inside: problem('failure', message ?? words, words) };
}

function suite(
  name: string,
  className: string,
  cases: readonly Case[],
  { at, time, about }: { readonly at: string; readonly time: number | undefined; readonly about: string },
) {
  const text = [
    `  <testsuite name="${xml(name)}" timestamp="${xml(at)}" ${countsOf(cases)}${seconds(time)}>`,
    ...cases.map(
      (one) => `    <testcase name="${xml(one.name)}" classname="${xml(className)}">${one.inside}</testcase>`,
    ),
    `    ${output(about)}`,
    '  </testsuite>',
  ].join('\n');
  return { cases, text };
}

function countsOf(cases: readonly Case[]): string {
  const count = (kind: Case['kind']) => cases.filter((one) => one.kind === kind).length;
  return `tests="${cases.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : ` time="${(milliseconds / 1_000).toFixed(3)}"`;
}

function problem(element: 'failure' | 'error', message: string, text: string): string {
  return `<${element} message="${xml(message)}">${xml(text)}</${element}>`;
}

function output(text: string): string {
  return `<system-out>${text.split('\n').map(xml).join('\n')}</system-out>`;
}

/** Text for XML: what XML 1.0 cannot hold at all becomes a mark. */
function xml(text: string): string {
  return inert(text)
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
