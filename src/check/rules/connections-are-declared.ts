import { kinds, requestKeyOf } from '../../kinds/index.ts';
import { type Connection, inputAt, type Path, pathOfInput, type Step, stepsIn } from '../../language/index.ts';
import { type Diagnostic, didYouMean } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { areWithout, connectionOf, doneWhenReads, namesIn, progressRead } from '../templates.ts';

/** Every request has a connection, by its own `on` or a surrounding block's, of a kind that can answer it. */
export const connectionsAreDeclared: Rule = (file) => {
  const declared = 'connections' in file.value ? file.value.connections : undefined;
  return stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const diagnostics: Diagnostic[] = [];
    const own = 'on' in step ? step.on : undefined;
    if (own !== undefined) diagnostics.push(...problemsOf(own, [...path, 'on'], file, declared));
    const on = connectionOf(visited, file);
    const isOff = on === undefined && areWithout('on', visited, file);
    if (requestKeyOf(step) !== undefined && isOff) {
      diagnostics.push(
        problemAt(
          file,
          path,
          'missing-connection',
          `this step has no connection; "on" is missing here and in the blocks around it`,
        ),
      );
    }
    const kind = on === undefined ? undefined : declared?.[on]?.kind;
    if (kind !== undefined) diagnostics.push(...kindProblems(step, kind, path, file));
    for (const { read, path: at } of doneWhenReads(visited)) {
      if (read.on !== undefined) diagnostics.push(...problemsOf(read.on, [...at, 'on'], file, declared));
      else if (isOff && file.gaps.lacks([...at, 'on']))
        diagnostics.push(
          problemAt(
            file,
            at,
            'missing-connection',
            'done_when has no connection; "on" is missing in it and in the steps around it',
          ),
        );
    }
    for (const { read, path: at } of progressRead(visited))
      if (read.on !== undefined) diagnostics.push(...problemsOf(read.on, [...at, 'on'], file, declared));
    return diagnostics;
  });
};

function problemsOf(
  on: string,
  path: Path,
  file: CheckedFile,
  declared: Record<string, Connection> | undefined,
): Diagnostic[] {
  if (on.includes('{{')) {
    const names = namesIn({ path, text: on, isKey: false });
    const [name, ...others] = names;
    const found = name?.root === 'inputs' ? inputAt(file.value.inputs ?? {}, name.segments) : undefined;
    const isKnown = others.length === 0 && found && 'input' in found && found.input.type === 'connection';
    const mayBeInput = name?.root === 'inputs' && !file.gaps.lacks(pathOfInput(name.segments.join('.')));
    return isKnown || mayBeInput
      ? []
      : [problemAt(file, path, 'unknown-connection', `${on}: a connection is a name, or an input of type connection`)];
  }
  if (!declared) {
    return [
      problemAt(
        file,
        path,
        'unknown-connection',
        `a fragment knows no connection "${on}"; declare an input of type connection and write on: '{{inputs.NAME}}'`,
      ),
    ];
  }
  return Object.hasOwn(declared, on) || !file.gaps.lacks(['connections', on])
    ? []
    : [
        problemAt(
          file,
          path,
          'unknown-connection',
          `unknown connection "${on}"${didYouMean(on, Object.keys(declared)) || `; declared are ${Object.keys(declared).join(', ')}`}`,
        ),
      ];
}

function kindProblems(step: Step, kind: Connection['kind'], path: Path, file: CheckedFile): Diagnostic[] {
  const written = requestKeyOf(step);
  const expected = kinds[kind].step;
  if (written === undefined || written === expected) return [];
  const message = `a step with "${written}" on a connection of kind ${kind}, whose steps have "${expected}"`;
  return [problemAt(file, [...path, written], 'wrong-connection-kind', message)];
}
