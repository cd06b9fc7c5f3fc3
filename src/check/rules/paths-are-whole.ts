import { partsOfCall, pathProblem } from '../../language/index.ts';
import { problemAt, type Rule } from '../rule.ts';
import { stepsIn } from '../visit.ts';

/** A path is only a path: parameters stand under `query`, where values are encoded and a reviewer sees them. */
export const pathsAreWhole: Rule = (file) =>
  stepsIn(file).flatMap(({ step, path }) => {
    const calls: [string, (string | number)[]][] = [];
    if ('call' in step) calls.push([step.call, [...path, 'call']]);
    if ('done_when' in step && step.done_when) calls.push([step.done_when.call, [...path, 'done_when', 'call']]);
    return calls.flatMap(([call, at]) => {
      const problem = pathProblem(partsOfCall(call).path);
      return problem ? [problemAt(file, at, 'path', `${call}: ${problem}`)] : [];
    });
  });
