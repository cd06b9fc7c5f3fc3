import { inputAt, type Path, stepsIn } from '../../language/index.ts';
import { type Diagnostic, isObject, type Json } from '../../text/index.ts';
import type { CheckedFile, Rule } from '../rule.ts';
import { connectionOf, doneWhenReads, kindOfConnection } from '../templates.ts';

/** What Elasticsearch gives as a boolean or a number in each of its responses; settings and _cat give strings. */
const booleans = ['acknowledged', 'shards_acknowledged', 'completed', 'timed_out', 'errors', 'found'];
const numbers = ['_shards.total', '_shards.successful', '_shards.failed', 'hits.total.value', 'took', 'count'];

/** What is compared with a boolean or a number is one, for a string never equals it. */
export const comparisonsCanHold: Rule = (file) =>
  stepsIn(file).flatMap((visited) => {
    const { step, path } = visited;
    const isElasticsearch = kindOfConnection(file, connectionOf(visited, file)) === 'elasticsearch';
    const bodies: [object | undefined, Path][] = isElasticsearch
      ? [
          ['expect' in step ? step.expect?.body : undefined, [...path, 'expect', 'body']],
          ['until' in step ? step.until : undefined, [...path, 'until']],
          ...doneWhenReads(visited).map(({ read, path: at }): [object | undefined, Path] => [
            read.on === undefined ? read.expect.body : undefined,
            [...at, 'expect', 'body'],
          ]),
        ]
      : [];
    return [
      ...Object.entries(step.when ?? {}).flatMap(([key, wanted]) =>
        quoted(file, wanted as Json, [...path, 'when', key], typeOfInput(file, key)),
      ),
      ...bodies.flatMap(([conditions, at]) =>
        Object.entries(conditions ?? {}).flatMap(([query, wanted]) =>
          quoted(
            file,
            wanted as Json,
            [...at, query],
            booleans.includes(query) ? 'boolean' : numbers.includes(query) ? 'number' : undefined,
          ),
        ),
      ),
    ];
  });

function typeOfInput({ value }: CheckedFile, key: string): string | undefined {
  const [root, ...segments] = key.split('.');
  if (root !== 'inputs') return undefined;
  const found = inputAt(value.inputs ?? {}, segments);
  return 'missing' in found ? undefined : found.input.type;
}

function quoted(file: CheckedFile, wanted: Json, path: Path, type: string | undefined): Diagnostic[] {
  if (type === undefined) return [];
  if (isObject(wanted))
    return ['equals', 'not'].flatMap((name) =>
      Object.hasOwn(wanted, name) ? quoted(file, wanted[name] as Json, [...path, name], type) : [],
    );
  const pattern = type === 'boolean' ? /^(true|false)$/ : ['integer', 'number'].includes(type) ? /^-?\d+$/ : undefined;
  if (typeof wanted !== 'string' || !pattern?.test(wanted)) return [];
  const range = file.source.rangeOf(path);
  return [
    {
      code: 'quoted-value',
      severity: 'error',
      message: `"${wanted}" is a string, and what it is compared with is a ${type}: they are never equal`,
      file: file.source.file,
      range,
      help: `Write ${wanted} without quotes`,
      fix: { range, text: wanted },
    },
  ];
}
