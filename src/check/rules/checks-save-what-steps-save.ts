import { stepsIn } from '../../language/index.ts';
import { type Diagnostic, didYouMean } from '../../text/index.ts';
import { problemAt, type Rule } from '../rule.ts';
import { doneWhenReads } from '../templates.ts';

/** A step and its done_when and unchanged_when save the same names: each exists whether the write was sent or not. */
export const checksSaveWhatStepsSave: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const own = Object.keys(('save' in step ? step.save : undefined) ?? {});
    return doneWhenReads(visited).flatMap(({ read, path: at }): Diagnostic[] => {
      const check = at.slice(path.length).join('.');
      const found = Object.keys(read.save ?? {});
      const missing = own.filter((name) => !found.includes(name) && file.gaps.lacks([...at, 'save', name]));
      const unknown = found.filter((name) => !own.includes(name) && file.gaps.lacks([...path, 'save', name]));
      return [
        ...missing.map((name) =>
          problemAt(
            file,
            [...path, 'save', name],
            'save-with-done-when',
            `"${name}" is not saved by ${check}: when the step is already in place it is not sent, and there is no response to save from`,
            `Give ${check} a save with this name, or save in a read of its own after the step.`,
          ),
        ),
        ...unknown.map((name) => ({
          code: 'unknown-saved-name' as const,
          severity: 'error' as const,
          message: `"${name}" is saved by ${check} only; ${'steps' in step ? 'a block saves nothing itself' : 'its step must save it from its own response as well'}${didYouMean(name, own)}`,
          file: file.source.file,
          range: file.source.keyRangeOf([...at, 'save', name]),
        })),
      ];
    });
  });
