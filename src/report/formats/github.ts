import { aftermathLines } from '../aftermath.ts';
import { type AnnotationPath, annotation, asItIs } from '../annotation.ts';
import { type Cause, causesOf } from '../causes.ts';
import { endText, notesOf, noteText, outcomeText } from '../run-lines.ts';
import { isGood, type ReportedStep, type RunReport } from '../run-report.ts';
import type { Subject } from '../subject.ts';
import type { Format } from './format.ts';

/**
 * Annotations of a run for GitHub Actions: how it ended with what is left of it, and each cause at the line of the runbook that it is
 * about. GitHub shows ten errors and ten warnings of a step: what matters most is first.
 */
export const github: Format = {
  render: (subject) => {
    // A poll gets the same warning many times.
    const lines = subject.run ? [...new Set(annotationsOf(subject, subject.run.report))] : [];
    return lines.map((line) => `${line}\n`).join('');
  },
};

function annotationsOf({ plan, annotationPath = asItIs }: Subject, report: RunReport): string[] {
  const { summary, steps, state } = report;
  const place = (step: ReportedStep) => placeOf(step, report, annotationPath);
  const warnings = steps.flatMap((step) =>
    step.calls.flatMap((call) => call.warnings.map((warning) => ({ step, call, warning }))),
  );
  return [
    ...causesOf(plan, report).map((cause) => causeAnnotation(cause, place)),
    annotation(
      isGood(state) ? 'notice' : 'error',
      { title: `${report.mode === 'dry' ? 'dry run' : 'run'} ${report.run}` },
      endText(report),
      ...aftermathLines(report),
    ),
    ...(summary ? notesOf(summary) : []).map((note) =>
      annotation(note.severity === 'warning' ? 'warning' : 'notice', {}, noteText(note)),
    ),
    ...warnings.map(({ step, call, warning }) =>
      annotation('warning', { ...place(step), title: `${call.connection} warns` }, warning, `at ${step.place}`),
    ),
  ];
}

function causeAnnotation({ step, about, details }: Cause, place: (step: ReportedStep) => object): string {
  if (!step) return annotation('error', { title: about }, ...details);
  const { number, step: id, title, outcome } = step;
  return annotation(
    'error',
    { ...place(step), title: `${number} ${id}` },
    `${outcomeText(outcome)}: ${title}`,
    ...details,
  );
}

/** `fragments/x.yaml:41:5` of a runbook in `runbooks/` is in `runbooks/fragments/x.yaml`. */
function placeOf({ place }: ReportedStep, { origin }: RunReport, pathOf: AnnotationPath) {
  const [, file = place, line, column] = /^(.*?)(?::(\d+):(\d+))?$/.exec(place) ?? [];
  const path = pathOf(`${origin.runbook.replace(/[^/]*$/, '')}${file}`);
  if (path === undefined) return {};
  return { file: path, ...(line === undefined ? {} : { line, col: column }) };
}
