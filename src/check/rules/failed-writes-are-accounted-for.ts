import { isReading, listsIn, partsOfCall, type Step, stepsIn, type VisitedStep } from '../../language/index.ts';
import { type Diagnostic, type DiagnosticCode, didYouMean } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';

/** `undone_by` names a write in an `always` around the step; what is kept is not rolled back as well; reads have neither. */
export const failedWritesAreAccountedFor: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const { keep, undone_by } = step as { readonly keep?: string; readonly undone_by?: string };
    const problem = (key: string, code: DiagnosticCode, message: string, help?: string) =>
      problemAt(file, [...path, key], code, message, help);
    const found: Diagnostic[] = [];
    if ('call' in step && isReading(partsOfCall(step.call).method, step.effect)) {
      for (const [key, value] of Object.entries({ keep, undone_by }))
        if (value !== undefined)
          found.push(problem(key, 'account-of-read', `${key} on a read: a read leaves nothing that could stay`));
      return found;
    }
    if (keep !== undefined) {
      const other = ['rollback', 'undone_by'].find((key) => key in step);
      if (other !== undefined)
        found.push(
          problem(
            'keep',
            'kept-and-undone',
            `keep beside ${other}: what is kept is not rolled back`,
            'Leave one of the two out.',
          ),
        );
    }
    if (keep !== undefined || undone_by !== undefined) {
      if (visited.place === 'rollback')
        found.push(
          problem(
            keep === undefined ? 'undone_by' : 'keep',
            'account-of-rollback',
            'a step of a rollback puts right what was written; nothing rolls it back',
          ),
        );
    }
    return [...found, ...unknownTarget(undone_by, visited, file)];
  });

function unknownTarget(
  undone_by: string | undefined,
  { path, ancestors }: VisitedStep,
  file: CheckedFile,
): Diagnostic[] {
  if (undone_by === undefined) return [];
  const cleanup = ancestors.flatMap((around) => listsIn(around, [])).filter(({ place }) => place === 'always');
  const writes = cleanup
    .flatMap(({ steps }) => steps)
    .filter(isWrite)
    .flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (writes.includes(undone_by) || mayBeWrite(undone_by, file)) return [];
  return [
    problemAt(
      file,
      [...path, 'undone_by'],
      'undone-by',
      `no step "${undone_by}" in an always around this step sends a write${didYouMean(undone_by, writes)}`,
      writes.length > 0
        ? `These do: ${writes.join(', ')}.`
        : 'Put this step into a block whose always: has the step that puts it right.',
    ),
  ];
}

/** Returns whether a step of this id was left out, or a part of it that would make it a write. */
function mayBeWrite(id: string, file: CheckedFile): boolean {
  return file.gaps.hides(id) || stepsIn(file).some(({ step, path }) => step.id === id && !file.gaps.isWhole(path));
}

function isWrite(step: Step): boolean {
  return 'call' in step && !isReading(partsOfCall(step.call).method, step.effect) && step.for_each === undefined;
}
