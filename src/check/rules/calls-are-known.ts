import { callProblems } from '../../kinds/index.ts';
import { type CallStep, type Path, partsOfCall, pathProblem, stepsIn } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { connectionOf, kindOfConnection, type ReadBeside, readsBeside } from '../templates.ts';
import { choosesByVersion } from '../versions.ts';

/** Every path, method and parameter is one that the server's versions have; what no catalogue knows says why: `unchecked`. */
export const callsAreKnown: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const on = connectionOf(visited, file);
    const isGuarded = choosesByVersion(visited);
    const reads = readsBeside(visited).map((one): Called => [one.read, one.path, one.read.on ?? on]);
    const calls: Called[] = 'call' in step ? [[step, path, on], ...reads] : reads;
    return calls.flatMap((call) => problemsOf(call, isGuarded, file));
  });

type Called = readonly [call: CallStep | ReadBeside, path: Path, on: string | undefined];

function problemsOf([written, path, on]: Called, isGuarded: boolean, file: CheckedFile): Diagnostic[] {
  const kind = kindOfConnection(file, on);
  const parts = partsOfCall(written.call);
  // What is no path has its own message.
  if (kind === undefined || written.unchecked !== undefined || pathProblem(parts.path)) return [];
  const call = { ...parts, query: written.query, body: written.body };
  return callProblems(kind, call, file.elasticsearch).flatMap((problem) => {
    if ((problem.code === 'api-of-other-versions' || problem.code === 'deprecated') && isGuarded) return [];
    const at = problem.part === 'path' ? [...path, 'call'] : [...path, problem.part, problem.name ?? ''];
    const diagnostic = problemAt(file, at, problem.code, problem.message, problem.help);
    const range = problem.part === 'path' ? diagnostic.range : file.source.keyRangeOf(at);
    return [{ ...diagnostic, severity: problem.severity, ...(range ? { range } : {}) }];
  });
}
