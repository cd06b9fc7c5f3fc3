import { type Path, partsOfCall, pathProblem, stepsIn } from '../../language/index.ts';
import { problemAt, type Rule } from '../rule.ts';
import { readsBeside } from '../templates.ts';
import { withoutBraces } from './templates-have-their-braces.ts';

/** A path is only a path: parameters stand under `query`, where values are encoded and a reviewer sees them. */
export const pathsAreWhole: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const calls: [string, Path][] = readsBeside(visited).map((one) => [one.read.call, [...one.path, 'call']]);
    if ('call' in step) calls.push([step.call, [...path, 'call']]);
    return calls.flatMap(([call, at]) => {
      if (withoutBraces({ text: call, path: at }).length > 0) return [];
      const problem = pathProblem(partsOfCall(call).path);
      return problem ? [problemAt(file, at, 'path', `${call}: ${problem}`)] : [];
    });
  });
