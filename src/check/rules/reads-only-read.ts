import { readProblem } from '../../kinds/index.ts';
import { type CallStep, contentKeys, isReading, type Path, partsOfCall, stepsIn } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { connectionOf, doneWhenReads, kindOfConnection, progressRead, type ReadBeside } from '../templates.ts';

/** What is polled and what tells whether something is done changes nothing; `effect: read` is for a POST that is known to read. */
export const readsOnlyRead: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const diagnostics: Diagnostic[] = [];
    const on = connectionOf(visited, file);
    const help = 'A POST that only reads (_search, _count) says effect: read.';
    if ('call' in step) {
      const { method } = partsOfCall(step.call);
      const reads = isReading(method, step.effect);
      if (visited.place === 'evidence' && !reads)
        diagnostics.push(
          problemAt(
            file,
            [...path, 'call'],
            'evidence-writes',
            `evidence sends a ${method}; it is sent before anything is undone, so it must be a read`,
            help,
          ),
        );
      if (step.until && !reads && file.gaps.lacks([...path, 'effect']))
        diagnostics.push(
          problemAt(
            file,
            [...path, 'call'],
            'write-under-until',
            `a ${method} under until would be sent again and again; only a read can be polled`,
            help,
          ),
        );
      for (const key of ['every', 'waiting'] as const)
        if (step[key] && !step.until && file.gaps.lacks([...path, 'until']))
          diagnostics.push(
            problemAt(file, [...path, key], `${key}-without-until`, `${key} without until: nothing is polled`),
          );
      if (step.progress && !step.until && file.gaps.lacks([...path, 'until']))
        diagnostics.push(
          problemAt(
            file,
            [...path, 'progress'],
            'progress-without-until',
            'progress without until: only a poll has progress, and a call that is sent once has none',
            'Let the call that starts the work return at once, and poll a read with until, progress and timeout after it.',
          ),
        );
      diagnostics.push(...unreadProgress(step, path, file));
      if (step.effect && method !== 'POST')
        diagnostics.push(
          problemAt(
            file,
            [...path, 'effect'],
            'effect',
            `effect: read on a ${method}; it is for a POST that only reads`,
          ),
        );
      diagnostics.push(...unknownReads(step, path, on, file));
      const check = step.unchanged_when ? 'unchanged_when' : 'done_when';
      if (step.on_unknown && reads)
        diagnostics.push(
          problemAt(
            file,
            [...path, 'on_unknown'],
            'on-unknown-of-read',
            'on_unknown on a read: a read has no effect that could be unknown',
          ),
        );
      if (step[check] && reads)
        diagnostics.push(
          problemAt(
            file,
            [...path, check],
            'done-when-of-read',
            `${check} on a read: a read has no effect that could be there already`,
          ),
        );
    }
    for (const { read, path: at } of doneWhenReads(visited)) {
      const { method } = partsOfCall(read.call);
      diagnostics.push(...unknownReads(read, at, read.on ?? on, file));
      if (!isReading(method, read.effect) && file.gaps.lacks([...at, 'effect'])) {
        diagnostics.push(
          problemAt(
            file,
            [...at, 'call'],
            'done-when-writes',
            `${at.includes('unchanged_when') ? 'unchanged_when' : 'done_when'} sends a ${method}; it is asked before the step and in a dry run, so it must be a read`,
            help,
          ),
        );
      }
    }
    for (const { read, path: at } of progressRead(visited)) {
      const { method } = partsOfCall(read.call);
      diagnostics.push(...unknownReads(read, at, read.on ?? on, file));
      if (!isReading(method, read.effect) && file.gaps.lacks([...at, 'effect']))
        diagnostics.push(
          problemAt(
            file,
            [...at, 'call'],
            'progress-writes',
            `progress sends a ${method}; it is sent again and again beside the poll, so it must be a read`,
            help,
          ),
        );
    }
    return diagnostics;
  });

/** What belongs to a call of its own stands beside one. */
function unreadProgress({ progress }: CallStep, path: Path, file: CheckedFile): Diagnostic[] {
  const at = [...path, 'progress'];
  if (progress === undefined || progress.call !== undefined || !file.gaps.lacks([...at, 'call'])) return [];
  return (['on', 'as', 'query', 'headers', ...contentKeys, 'effect'] as const).flatMap((key) => {
    if (progress[key] === undefined) return [];
    const message = `"${key}" in progress without a call: its numbers are taken from the poll's own response`;
    const help = 'Name the read under call, or leave it out.';
    return [problemAt(file, [...at, key], 'progress-without-call', message, help)];
  });
}

/** A connection of a fragment is known while planning only, and its kind is asked then. */
function unknownReads(
  { call, effect }: CallStep | ReadBeside,
  path: Path,
  on: string | undefined,
  file: CheckedFile,
): Diagnostic[] {
  const kind = kindOfConnection(file, on);
  const { method, path: target } = partsOfCall(call);
  const problem = effect && kind && method === 'POST' ? readProblem(kind, target) : undefined;
  return problem ? [problemAt(file, [...path, 'effect'], 'effect', problem.message, problem.help)] : [];
}
