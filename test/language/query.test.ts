import { describe, expect, it } from 'vitest';
import { queryProblem, valueAt, variablesIn, variableText } from '../../src/language/query.ts';
import { type JsonObject, parseJson } from '../../src/text/index.ts';

const body = [
  { name: 'n1', id: 5 },
  { name: 'n2', id: 6 },
];
const variables = { inputs: { node: 'n2', zero: 0 }, steps: { 'find-it': { id: 6 } }, item: 0 };

describe('variables in JMESPath', () => {
  it.each([
    ['[?name == $inputs.node].id | [0]', 6],
    ['[?id == $steps."find-it".id].name', ['n2']],
    [
      '[].{name: name, item: $item}',
      [
        { name: 'n1', item: 0 },
        { name: 'n2', item: 0 },
      ],
    ],
    ['let $first = [0] in $first.name == $inputs.node', false],
    // JMESPath itself takes 0 for no variable here.
    ['let $first = [0] in $item', 0],
    ['let $item = `1` in $item', 1],
    ['map(&(id - $inputs.zero), @)', [5, 6]],
    ['$inputs.none', undefined],
  ])('%s', (query, found) => {
    expect(valueAt(body, query, variables)).toEqual(found);
  });

  it('are values, whatever is in them', () => {
    for (const node of ['n2" || "x', "' || `1`", '$inputs', '{{x}}', '`', ''])
      expect(valueAt([{ name: node, id: 7 }], '[?name == $inputs.node].id', { inputs: { node } })).toEqual([7]);
    expect(valueAt({}, '$inputs.toString', { inputs: {} })).toBeUndefined();
  });

  it('are numbers with each of their digits', () => {
    const exact = parseJson('{"inputs": {"id": 9007199254740993}}') as JsonObject;
    const hits = parseJson('[{"id": 9007199254740992}, {"id": 9007199254740993}]');
    expect(valueAt(hits, '[?id == $inputs.id]', exact)).toEqual([{ id: { $exact: '9007199254740993' } }]);
    expect(() => valueAt(hits, '$inputs.id + `1`', exact)).toThrow(/cannot compute with 9007199254740993/);
  });

  it('are known with the names that they read', () => {
    const names = (query: string) => variablesIn(query).map(variableText);
    expect(names('[?a == $inputs.x.y && b == $item].c')).toEqual(['$inputs.x.y', '$item']);
    expect(names('$steps."a-b".list[?x == $run.id].z[0]')).toEqual(['$steps."a-b".list', '$run.id']);
    expect(names('$inputs.a.{b: $item.c}')).toEqual(['$inputs.a', '$item.c']);
    expect(names('let $x = $steps.a.b in $x.c')).toEqual(['$steps.a.b']);
    expect(names('let $item = a in $item.b')).toEqual([]);
    expect(names('`{"type": "Variable", "name": "item"}`')).toEqual([]);
    expect(names('a[')).toEqual([]);
    expect(names("'$item'")).toEqual([]);
  });

  it('begin with a name of the language', () => {
    expect(queryProblem('[?a == $input.x]')).toBe(
      'no variable $input; variables begin with $inputs, $steps, $connections, $run, $item — did you mean "inputs"?',
    );
    expect(queryProblem('let $x = a in $x')).toBeUndefined();
    expect(queryProblem('(let $x = a in $x) || $x')).toMatch(/no variable \$x;/);
  });
});
