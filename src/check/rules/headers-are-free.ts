import { type Path, stepsIn } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { readsBeside } from '../templates.ts';

/** No header is one that the run sets itself, and none is written twice: letter case does not tell headers apart. */
export const headersAreFree: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const own = 'headers' in step ? problems(file, step.headers, [...path, 'headers']) : [];
    const reads = readsBeside(visited).flatMap(({ read, path: at }) =>
      problems(file, read.headers, [...at, 'headers']),
    );
    return [...own, ...reads];
  });

function problems(file: CheckedFile, headers: object | undefined, path: Path): Diagnostic[] {
  const seen = new Map<string, string>();
  return Object.keys(headers ?? {}).flatMap((name) => {
    const key = name.toLowerCase();
    const first = seen.get(key);
    seen.set(key, first ?? name);
    const at = [...path, name];
    const range = file.source.keyRangeOf(at);
    if (key === 'x-opaque-id') {
      const message = `the header ${name} is set by the run: it names the run and the step of each call`;
      return [{ ...problemAt(file, at, 'header', message, 'Leave it out.'), range }];
    }
    if (first === undefined) return [];
    const message = `${name} is the header ${first} again; letter case does not tell headers apart`;
    return [{ ...problemAt(file, at, 'header', message, 'Leave one of them out.'), range }];
  });
}
