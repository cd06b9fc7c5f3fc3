import { inert } from '../../text/index.ts';
import { annotation } from '../annotation.ts';
import { cleanupText, endText, notesOf, noteText, outcomeWords } from '../run-lines.ts';
import { isGood, type ReportedStep, type RunReport } from '../run-report.ts';
import type { Format } from './format.ts';

/** Annotations of a run for GitHub Actions: each at the line of the runbook that it is about. */
export const github: Format = {
  render: ({ run }) => {
    // A poll gets the same warning many times.
    const lines = run ? [...new Set(annotationsOf(run.report))] : [];
    return lines.map((line) => `${line}\n`).join('');
  },
};

function annotationsOf(report: RunReport): string[] {
  const { summary, steps, state } = report;
  const failed = steps.filter(
    ({ outcome, kind }) => kind !== 'block' && (outcome === 'failed' || outcome === 'in-doubt'),
  );
  const warnings = steps.flatMap((step) =>
    step.calls.flatMap((call) => call.warnings.map((warning) => ({ step, call, warning }))),
  );
  return [
    ...failed.map((step) =>
      annotation(
        'error',
        { ...annotationPlace(step, report), title: titleOf(step) },
        `${step.outcome ? outcomeWords[step.outcome] : ''}: ${step.message ?? ''}`,
      ),
    ),
    ...(summary?.cleanup_failures ?? []).map((failure) =>
      annotation('error', { title: `not cleaned up: ${failure.step}` }, cleanupText(failure)),
    ),
    ...warnings.map(({ step, call, warning }) =>
      annotation('warning', { ...annotationPlace(step, report), title: `${call.connection} warns` }, warning),
    ),
    ...(summary ? notesOf(summary) : []).map((note) =>
      annotation(note.severity === 'warning' ? 'warning' : 'notice', {}, noteText(note)),
    ),
    annotation(
      isGood(state) ? 'notice' : 'error',
      { title: `${report.mode === 'dry' ? 'dry run' : 'run'} ${report.run}` },
      endText(report),
    ),
  ];
}

function titleOf({ number, step }: ReportedStep): string {
  return inert(`${number} ${step}`);
}

/** `fragments/x.yaml:41:5` of a runbook in `runbooks/` is in `runbooks/fragments/x.yaml`. */
function annotationPlace({ place }: ReportedStep, { origin }: RunReport) {
  const [, file = place, line, column] = /^(.*?)(?::(\d+):(\d+))?$/.exec(place) ?? [];
  const folder = origin.runbook.replace(/[^/]*$/, '');
  return { file: `${folder}${file}`, ...(line === undefined ? {} : { line, col: column }) };
}
