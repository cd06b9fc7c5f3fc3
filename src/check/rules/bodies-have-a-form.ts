import { bodyProblem } from '../../kinds/index.ts';
import { type CallStep, isWhole, type Path, parseTemplate, partsOfCall, stepsIn } from '../../language/index.ts';
import type { Diagnostic, Json } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { connectionOf, kindOfConnection, type ReadBeside, readsBeside } from '../templates.ts';

/** A body has a form in which the server takes it. What a template gives is known in the run only. */
export const bodiesHaveAForm: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const on = connectionOf(visited, file);
    const own = 'call' in visited.step ? problems(file, visited.step, visited.path, on) : [];
    const reads = readsBeside(visited).flatMap(({ read, path }) => problems(file, read, path, read.on ?? on));
    return [...own, ...reads];
  });

function problems(
  file: CheckedFile,
  { call, headers = {}, body }: CallStep | ReadBeside,
  path: Path,
  on: string | undefined,
): Diagnostic[] {
  const kind = kindOfConnection(file, on);
  if (!kind || body === undefined || isGivenByTemplate(body as Json)) return [];
  const mayHaveHeaders = !file.gaps.isWhole([...path, 'headers']);
  const saysType = mayHaveHeaders || Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const problem = saysType ? undefined : bodyProblem(kind, partsOfCall(call).path, body as Json);
  return problem ? [problemAt(file, [...path, 'body'], 'body', problem.message, problem.help)] : [];
}

function isGivenByTemplate(body: Json): boolean {
  if (typeof body !== 'string') return false;
  const result = parseTemplate(body);
  // What is no template has its own message.
  return 'problems' in result || isWhole(result.template);
}
