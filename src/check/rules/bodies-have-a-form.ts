import { contentProblem } from '../../kinds/index.ts';
import {
  type CallStep,
  type Content,
  contentKeys,
  contentOf,
  isOneExpression,
  type Path,
  partsOfCall,
  stepsIn,
} from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { connectionOf, kindOfConnection, type ReadBeside, readsBeside } from '../templates.ts';

/** A call carries one thing at most, in a form in which the server takes it. What a template gives is known in the run only. */
export const bodiesHaveAForm: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const on = connectionOf(visited, file);
    const own = 'call' in visited.step ? problems(file, visited.step, visited.path, on) : [];
    const reads = readsBeside(visited).flatMap(({ read, path }) => problems(file, read, path, read.on ?? on));
    return [...own, ...reads];
  });

function problems(file: CheckedFile, step: CallStep | ReadBeside, path: Path, on: string | undefined): Diagnostic[] {
  const content = contentOf(step as Content);
  const [first, second] = contentKeys.filter((key) => content[key] !== undefined);
  if (first === undefined) return [];
  if (second !== undefined) {
    const help = 'body is sent as JSON, ndjson as a line of JSON for each item, text as it is. Leave one of them out.';
    return [problemAt(file, [...path, second], 'body', `${second} beside ${first}: a call carries one of them`, help)];
  }
  return [...listProblems(file, content, path), ...formProblems(file, step, content, path, on)];
}

function listProblems(file: CheckedFile, { ndjson }: Content, path: Path): Diagnostic[] {
  if (typeof ndjson !== 'string' || isOneExpression(ndjson)) return [];
  const help = 'Write a list with an item for each line: ndjson: [{ index: { _id: 1 } }, { amount: 3 }].';
  return [
    problemAt(
      file,
      [...path, 'ndjson'],
      'body',
      'a string as ndjson; it is a list, or a template that gives one',
      help,
    ),
  ];
}

function formProblems(
  file: CheckedFile,
  { call, headers = {} }: CallStep | ReadBeside,
  content: Content,
  path: Path,
  on: string | undefined,
): Diagnostic[] {
  const kind = kindOfConnection(file, on);
  if (!kind) return [];
  const mayHaveHeaders = !file.gaps.isWhole([...path, 'headers']);
  const saysType = mayHaveHeaders || Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const problem = contentProblem(kind, { ...content, path: partsOfCall(call).path }, saysType);
  return problem ? [problemAt(file, [...path, problem.key], 'body', problem.message, problem.help)] : [];
}
