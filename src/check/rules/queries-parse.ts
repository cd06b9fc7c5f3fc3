import { type Path, queryProblem, stepsIn } from '../../language/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { doneWhenReads, isTemplate, measuresOf } from '../templates.ts';

/** Every JMESPath in expect, until, progress and save can be parsed and calls functions that exist. */
export const queriesParse: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const keys: [string, Path][] = [];
    const add = (conditions: object | undefined, at: Path) => {
      for (const key of Object.keys(conditions ?? {})) keys.push([key, [...at, key]]);
    };
    if ('expect' in step) add(step.expect?.body, [...path, 'expect', 'body']);
    if ('until' in step && !('steps' in step)) add(step.until, [...path, 'until']);
    for (const { read, path: at } of doneWhenReads(visited)) add(read.expect.body, [...at, 'expect', 'body']);
    const saved = Object.entries(('save' in step ? step.save : undefined) ?? {}).flatMap(([name, value]) => {
      const query = typeof value === 'string' ? value : value.path;
      return problems(file, query, [...path, 'save', name], false);
    });
    const measured = measuresOf('progress' in step ? step : {}, path).flatMap(
      ({ measure: { done, total }, path: at }) => [
        ...problems(file, done, [...at, 'done'], false),
        ...(typeof total === 'string' && !isTemplate(total) ? problems(file, total, [...at, 'total'], false) : []),
      ],
    );
    return [...keys.flatMap(([query, at]) => problems(file, query, at, true)), ...saved, ...measured];
  });

function problems(file: CheckedFile, query: string, path: Path, isKey: boolean) {
  if (query.includes('{{')) {
    const message = `"${query}" has a template in it; JMESPath is taken as it is written`;
    // A key has been refused with the document.
    return [
      problemAt(file, path, 'template-in-query', message, 'Choose by what the body contains: values(nodes)[0].name.'),
    ];
  }
  const problem = queryProblem(query);
  if (!problem) return [];
  const range = isKey ? file.source.keyRangeOf(path) : file.source.rangeOf(path);
  return [{ ...problemAt(file, path, 'jmespath', `"${query}" is not valid JMESPath: ${problem}`), range }];
}
