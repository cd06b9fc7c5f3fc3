import { type KindName, kinds } from '../../kinds/index.ts';
import { type Path, stepsIn } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';
import { connectionOf, readsBeside } from '../templates.ts';

/** No header is one that something else sets, and none is written twice: letter case does not tell headers apart. */
export const headersAreFree: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const connections = 'connections' in file.value ? file.value.connections : {};
    const kind = connections[connectionOf(visited, file) ?? '']?.kind;
    const own = 'headers' in step ? problems(file, kind, step.headers, [...path, 'headers']) : [];
    const reads = readsBeside(visited).flatMap(({ read, path: at }) =>
      problems(file, kind, read.headers, [...at, 'headers']),
    );
    return [...own, ...reads];
  });

const credentials =
  'Leave it out: credentials belong under auth of the connection, or under its identities, in the environment file.';
const framing = ['the client, which knows what it sends', 'Leave it out.'] as const;

/** Headers that a step of its own would silently replace → who sets them, and what to do. */
const setElsewhere: { readonly [name: string]: readonly [who: string, help: string] } = {
  'x-opaque-id': ['the run: it names the run and the step of each call', 'Leave it out.'],
  authorization: ['the connection', credentials],
  host: framing,
  connection: framing,
  'content-length': framing,
  'transfer-encoding': framing,
};

function problems(
  file: CheckedFile,
  kind: KindName | undefined,
  headers: object | undefined,
  path: Path,
): Diagnostic[] {
  const seen = new Map<string, string>();
  return Object.keys(headers ?? {}).flatMap((name) => {
    const key = name.toLowerCase();
    const first = seen.get(key);
    seen.set(key, first ?? name);
    const at = [...path, name];
    const problem = (message: string, help: string) => ({
      ...problemAt(file, at, 'header', message, help),
      range: file.source.keyRangeOf(at),
    });
    const setBy = setElsewhere[key];
    const isOwnScheme = key === 'authorization' && kind !== undefined && kinds[kind].http?.mayAuthorize === true;
    if (setBy && !isOwnScheme) return [problem(`the header ${name} is set by ${setBy[0]}`, setBy[1])];
    if (first === undefined) return [];
    const message = `${name} is the header ${first} again; letter case does not tell headers apart`;
    return [problem(message, 'Leave one of them out.')];
  });
}
