import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { check } from '../../src/check/index.ts';
import { type Loaded, loadBundle, parseSource } from '../../src/language/index.ts';
import { isObject, type Json, type JsonObject } from '../../src/text/index.ts';
import { everyDiagnosticOf, head, marked } from '../support.ts';

const found = (text: string, fragments: Record<string, string> = {}) =>
  marked(everyDiagnosticOf(text, fragments), text).sort();
const foundIn = (steps: string, fragments: Record<string, string> = {}) => found(head + steps, fragments);

const part = (inputs: string, outputs = '') => `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { ${inputs} }
${outputs}steps:
  - { id: look, on: '{{inputs.connection}}', call: GET /, save: { uuid: cluster_uuid } }
`;
const use =
  "  - { id: u, use: part.yaml, with: { connection: es } }\n  - { id: after, on: es, call: 'GET /{{steps.u.uuid}}' }\n";

describe('a file with errors of the schema and of the rules', () => {
  it.each([
    [
      'in two steps',
      "  - { id: a, on: es, call: GET /, exepct: { status: 200 } }\n  - { id: b, on: nowhere, call: GET /, expect: { body: { 'a[': 1 } } }\n",
      ["jmespath: 'a['", 'unknown-connection: nowhere', 'unknown-key: exepct'],
    ],
    [
      'in one step',
      "  - { id: a, on: es, call: GET /?x=1, querry: {}, save: { x: 'a[' } }\n",
      ["jmespath: 'a['", 'path: GET /?x=1', 'unknown-key: querry'],
    ],
    [
      'in one mapping',
      "  - { id: a, on: es, call: GET /, expect: { statsu: 200, body: { 'a[': 1 } } }\n",
      ["jmespath: 'a['", 'unknown-key: statsu'],
    ],
    [
      'in a block and a step of it',
      "  - { id: b, on: es, stepps: 1, steps: [{ id: a, call: 'GET /{{steps.nope.x}}' }] }\n",
      ['unknown-key: stepps', 'unknown-step: steps.nope.x'],
    ],
    [
      'at the top and in a step',
      "  - { id: a, on: es, call: 'GET /{{inputs.nmae}}' }\ndescripton: a typo\n",
      ['unknown-input: inputs.nmae', 'unknown-key: descripton'],
    ],
    [
      'a typo of one key, and another key missing',
      '  - { id: a, call: GET /, exepct: { status: 200 }, effcet: read }\n  - { on: es, call: GET /, stave: { x: y } }\n',
      [
        'missing-connection: { id: a, call: GET /, exepct: { status: 200 }, effcet: read }',
        'missing-id: { on: es, call: GET /, stave: { x: y } }',
        'unknown-key: effcet',
        'unknown-key: exepct',
        'unknown-key: stave',
      ],
    ],
    [
      'in a step that is no mapping and one that is',
      "  - 5\n  - { id: a, on: es, call: 'GET /{{item}}' }\n  - { id: a, on: es, call: GET / }\n",
      ['duplicate-id: a', 'template-unknown-name: item', 'wrong-type: 5'],
    ],
  ])('has both: %s', (_what, steps, expected) => {
    expect(foundIn(steps)).toEqual(expected);
  });

  it.each([
    [
      'an id that is none',
      "  - { id: Ab, on: es, call: GET /, save: { x: y } }\n  - { id: b, on: es, call: 'GET /{{steps.Ab.x}}' }\n",
      ['wrong-form'],
    ],
    ['a step that is none', "  - null\n  - { id: b, on: es, call: 'GET /{{steps.a.x}}' }\n", ['wrong-type']],
    ['an id of another type', '  - { id: [a], on: es, call: GET / }\n', ['wrong-type']],
    [
      'a save',
      "  - { id: a, on: es, call: GET /, save: { x: 5 } }\n  - { id: b, on: es, call: 'GET /{{steps.a.x}}' }\n",
      ['wrong-type'],
    ],
    [
      'a misspelt save',
      "  - { id: a, on: es, call: GET /, sav: { x: y } }\n  - { id: b, on: es, call: 'GET /{{steps.a.x}}' }\n",
      ['unknown-key'],
    ],
    ['a misspelt on', '  - { id: a, onn: es, call: GET / }\n', ['unknown-key']],
    [
      'an on of a block',
      '  - { id: a, on: [es], steps: [{ id: b, call: GET /, done_when: { call: GET /, expect: { status: 200 } } }] }\n',
      ['done-when-of-read', 'wrong-type'],
    ],
    [
      'a misspelt effect',
      '  - { id: a, on: es, call: POST /_search, efect: read, until: { x: 1 } }\n',
      ['unknown-key'],
    ],
    [
      'a wrong effect',
      '  - { id: a, on: es, call: POST /_search, effect: write, until: { x: 1 } }\n',
      ['unknown-value'],
    ],
    [
      'a misspelt until beside what waits for it',
      '  - { id: a, on: es, call: GET /, untill: { x: 1 }, waiting: it }\n',
      ['unknown-key'],
    ],
    ['a misspelt until', '  - { id: a, on: es, call: GET /, untill: { x: 1 }, every: 5s }\n', ['unknown-key']],
    ['a misspelt for_each', "  - { id: a, on: es, foreach: [1], call: 'GET /{{item}}' }\n", ['unknown-key']],
    [
      'a misspelt for_each around',
      "  - { id: a, on: es, foreach: [1], steps: [{ id: b, call: 'GET /{{item}}' }] }\n",
      ['unknown-key'],
    ],
    [
      'a call that is none',
      "  - { id: a, on: es, call: GETT /, save: { x: y } }\n  - { id: b, on: es, call: 'GET /{{steps.a.x}}' }\n",
      ['wrong-form'],
    ],
    [
      'steps that are none',
      "  - { id: b, on: es, steps: { id: a, call: GET /, save: { x: y } } }\n  - { id: c, on: es, call: 'GET /{{steps.a.x}}' }\n",
      ['wrong-type'],
    ],
    [
      'a misspelt steps',
      "  - { id: b, on: es, step: [{ id: a, call: GET /, save: { x: y } }] }\n  - { id: c, on: es, call: 'GET /{{steps.a.x}}' }\n",
      ['unknown-key'],
    ],
    [
      'a misspelt always',
      '  - { id: b, on: es, steps: [{ id: a, call: POST /x/_close, undone_by: open }], alwys: [{ id: open, call: POST /x/_open }] }\n',
      ['unknown-key'],
    ],
    [
      'the step of an always',
      '  - { id: b, on: es, steps: [{ id: a, call: POST /x/_close, undone_by: open }], always: [{ id: open, cal: POST /x/_open }] }\n',
      ['unknown-key'],
    ],
    [
      'headers',
      '  - { id: a, on: es, call: PUT /x, headers: { Content-Type: [text/plain] }, body: text }\n',
      ['wrong-type'],
    ],
    [
      'misspelt headers',
      '  - { id: a, on: es, call: PUT /x, header: { Content-Type: text/plain }, body: text }\n',
      ['unknown-key'],
    ],
    ['a done_when', '  - { id: a, on: es, call: PUT /x, done_when: { call: GET / } }\n', ['missing-key']],
    ['a connection without a name', "  - { id: a, on: '', call: GET / }\n", ['empty']],
  ])('says nothing that follows from %s only', (_what, steps, expected) => {
    expect(foundIn(steps).map((text) => text.split(':')[0])).toEqual(expected);
  });

  it.each([
    ['an input', 'name: { type: string, default: one }', 'name: { type: strin }'],
    ['its pattern', 'name: { type: string, default: one }', "name: { type: string, default: one, pattern: '(' }"],
    ['a connection', 'es: { kind: elasticsearch }', 'es: { kind: elastic }'],
    ['a connection without its kind', 'es: { kind: elasticsearch }', 'es: {}'],
    ['all connections', 'connections: {', 'conections: {'],
    ['all inputs', 'inputs:', 'input:'],
    ['the range of versions', '7.10.x', 'latest'],
    ['an input of type object', 'name: { type: string, default: one }', 'name: { type: object, properties: 5 }'],
  ])('says nothing that follows from %s only', (_what, right, wrong) => {
    const steps =
      "  - { id: a, on: es, call: 'PUT /{{inputs.name}}', body: { a: '{{inputs.name}}' } }\n  - { id: b, on: es, call: 'GET /{{steps.nope.x}}' }\n";
    const codes = found((head + steps).replace(right, () => wrong)).map((text) => text.split(':')[0]);
    expect(codes.filter((code) => code !== 'unknown-step').every((code) => schemaCodes.includes(code ?? ''))).toBe(
      true,
    );
    expect(codes).toContain('unknown-step');
  });

  it('says nothing that follows from an error of a fragment only', () => {
    expect(
      foundIn(use, {
        'part.yaml': part('connection: { type: connection }', "outputs: { uuid: '{{steps.look.uuid}}' }\n"),
      }),
    ).toEqual([]);
    expect(
      foundIn(use, {
        'part.yaml': part('connection: { type: conection }', "outputs: { uuid: '{{steps.look.uuid}}' }\n"),
      }),
    ).toHaveLength(1);
    expect(
      foundIn(use, { 'part.yaml': part('connection: { type: connection }', 'outputs: { uuid: 5 }\n') }),
    ).toHaveLength(1);
    expect(
      foundIn(use, { 'part.yaml': 'apiVersion: runbook/v1\nfragment: part\nsteps: [' }).every((text) =>
        text.startsWith('yaml:'),
      ),
    ).toBe(true);
    expect(foundIn(use)).toEqual(['unknown-fragment: part.yaml']);
    expect(
      foundIn(use.replace('with: {', 'wiht: {'), {
        'part.yaml': part('connection: { type: connection }', "outputs: { uuid: '{{steps.look.uuid}}' }\n"),
      }),
    ).toEqual(['unknown-key: wiht']);
  });

  it('gives no advice: what it would be about may be what is wrong', () => {
    const steps = '  - { id: a, on: es, call: PUT /x, rolback: [{ call: DELETE /x }] }\n';
    expect(foundIn(steps)).toEqual(['unknown-key: rolback']);
  });
});

const schemaCodes = [
  'unknown-key',
  'missing-key',
  'wrong-type',
  'unknown-value',
  'wrong-form',
  'version-range',
  'regular-expression',
  'empty',
  'too-many',
  'schema',
  'step-kind',
];

/** A place in a value: where it stands, and under which key or index. */
interface Place {
  readonly path: readonly (string | number)[];
  readonly key: string | number;
}

function placesIn(value: Json, path: readonly (string | number)[] = []): Place[] {
  const entries: [string | number, Json][] = Array.isArray(value)
    ? (value as readonly Json[]).map((item, index): [number, Json] => [index, item])
    : isObject(value)
      ? Object.entries(value as JsonObject)
      : [];
  return entries.flatMap(([key, item]) => [{ path, key }, ...placesIn(item, [...path, key])]);
}

/** A copy of a value with a mistake at a place. */
function mistaken(value: Json, { path, key }: Place, mistake: Mistake): Json {
  const copy = structuredClone(value) as Json;
  let holder = copy as Holder;
  for (const segment of path) holder = holder[segment] as Holder;
  mistake(holder, key);
  return copy;
}

type Holder = Record<string | number, Json>;
type Mistake = (holder: Holder, key: string | number) => void;

describe('a bundled runbook that one mistake was made in', () => {
  const read = (file: string) => readFileSync(`runbooks/${file}`, 'utf8');
  const fragments = new Proxy({} as Record<string, string>, { get: (_target, file) => read(String(file)) });
  const instead =
    (value: Json): Mistake =>
    (holder, key) => {
      holder[key] = value;
    };
  const typo: Mistake = (holder, key) => {
    if (typeof key === 'number') return;
    holder[`${key}x`] = holder[key] as Json;
    delete holder[key];
  };
  const mistakes = [instead(5), instead([null]), instead(null), typo];
  const wrong = { id: 'wrong-one', on: 'nowhere', call: 'GET /{{steps.nowhere-either.x}}' };
  const cases = ['prepare-users-7.10.yaml', 'users-7.10.yaml'].map((file) => {
    const value = parseSource(file, read(file)).value?.value as JsonObject;
    return { value, places: placesIn(value) };
  });

  it('has no error that only follows from the mistake, and every other one', () => {
    const anyCase = fc.constantFrom(...cases).chain(({ value, places }) =>
      fc.record({
        value: fc.constant(value),
        place: fc.constantFrom(...places),
        mistake: fc.constantFrom(...mistakes),
      }),
    );
    fc.assert(
      fc.property(anyCase, ({ value, place, mistake }) => {
        const broken = mistaken(value, place, mistake) as JsonObject;
        const codesOf = (one: JsonObject) =>
          everyDiagnosticOf(stringify(one), fragments)
            .filter(({ severity }) => severity === 'error')
            .map(({ code }) => code);
        const alone = codesOf(broken);
        // What the schema takes is another runbook, and what the rules say of it is right.
        fc.pre(alone.some((code) => schemaCodes.includes(code)));
        expect(alone.filter((code) => !schemaCodes.includes(code))).toEqual([]);
        const isAll = place.path.length === 0 || place.path[0] === 'connections';
        if (isAll) return;
        const steps = [...(broken.steps as readonly Json[]), wrong];
        const others = codesOf({ ...broken, steps }).filter((code) => !schemaCodes.includes(code));
        expect(others.filter((code) => code !== 'unknown-step')).toEqual(['unknown-connection']);
      }),
      { numRuns: 15 },
    );
  });
});

it('asks for the place of nothing in a file in which nothing is wrong: that takes another parse of it', () => {
  const read = (file: string) => readFileSync(join('runbooks', file), 'utf8');
  for (const file of readdirSync('runbooks').filter((name) => name.endsWith('.yaml'))) {
    const { intact } = loadBundle(file, read(file), read);
    if (!intact) throw new Error(file);
    const asked = () => {
      throw new Error(`${file}: a range was asked for`);
    };
    const blind = <T extends Loaded<unknown>>(loaded: T): T => ({
      ...loaded,
      source: { ...loaded.source, rangeOf: asked, keyRangeOf: asked, rangeWithin: asked },
    });
    const fragments = new Map([...intact.fragments].map(([path, one]) => [path, blind(one)]));
    expect(check({ main: blind(intact.main), fragments })).toEqual([]);
  }
});
