import { describe, expect, it } from 'vitest';
import { diagnosticsOf, everyDiagnosticOf, head, marked, places } from '../support.ts';

/** Steps → `code: the text that the diagnostic marks`. */
const found = (steps: string, fragments: Record<string, string> = {}) =>
  marked(diagnosticsOf(head + steps, fragments), head + steps);

const fragment = `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { connection: { type: connection }, count: { type: integer, default: 1 } }
outputs: { uuid: '{{steps.look.uuid}}' }
steps:
  - { id: look, on: '{{inputs.connection}}', call: GET /, save: { uuid: cluster_uuid } }
`;

describe('a runbook that is right', () => {
  it('has no diagnostics', () => {
    expect(
      found(`  - { id: a, on: es, call: GET /, save: { x: y } }\n  - { id: b, on: es, call: 'PUT /{{steps.a.x}}' }\n`),
    ).toEqual([]);
  });
});

describe('the schema', () => {
  it.each([
    ['an unknown key', '  - { id: a, on: es, call: GET /, exepct: { status: 200 } }\n', ['unknown-key: exepct']],
    [
      'an unknown matcher',
      '  - { id: a, on: es, call: GET /, expect: { body: { x: { greater: 1 } } } }\n',
      ['unknown-key: greater'],
    ],
    ['a call without a path', '  - { id: a, on: es, call: GET }\n', ['wrong-form: GET']],
    ['a duration without a unit', "  - { id: a, on: es, call: GET /, timeout: '5' }\n", ["wrong-form: '5'"]],
    ['a step that does nothing', '  - { id: a, on: es }\n', ['step-kind: { id: a, on: es }']],
    [
      'a matcher with a range that is none',
      '  - { id: a, on: es, call: GET /, expect: { body: { x: { version_in: 8-9 } } } }\n',
      ['version-range: 8-9'],
    ],
    ['a status that is none', '  - { id: a, on: es, call: GET /, expect: { status: 20x } }\n', ['unknown-value: 20x']],
  ])('finds %s', (_what, steps, expected) => {
    expect(found(steps)).toEqual(expected);
  });

  it.each([
    ['latest', 'version-range 3:16', '"elasticsearch" is "latest"; expected a range of versions: 7.10.x, 8.x, '],
    ['"8.5-9.x"', 'version-range 3:16', 'a hyphen between two versions has a space on both sides: "8.5 - 9.x"'],
    ["'>=10 <8'", 'version-range 3:16', 'no version is in >=10 <8'],
    ["'{{inputs.name}}'", 'version-range 3:16', 'expected a range of versions'],
    ['8.10', 'wrong-type 3:16', 'Write 8.10.x'],
    ['>=8.5 <10', 'yaml 3:16', 'a string that begins with > or | is put in quotes Write ">=8.5 <10"'],
  ])('finds that %s is not a range of versions', (range, place, words) => {
    const diagnostics = diagnosticsOf(`${head.replace('7.10.x', () => range)}  - { id: a, on: es, call: GET / }\n`);
    expect(places(diagnostics)[0]).toBe(place);
    expect(`${diagnostics[0]?.message} ${diagnostics[0]?.help}`).toContain(words);
  });

  it('leaves a range that a template makes to the run', () => {
    expect(
      found("  - { id: a, on: es, call: GET /, expect: { body: { x: { version_in: '<={{inputs.name}}' } } } }\n"),
    ).toEqual([]);
  });

  it('says how to compare in a when, and how to choose among alternatives', () => {
    const [diagnostic] = diagnosticsOf(
      `${head}  - { id: a, on: es, when: { "run.id == 'a' || run.id == 'b'": true }, call: GET / }\n`,
    );
    expect(diagnostic).toMatchObject({ code: 'template-syntax', help: expect.stringContaining('any: [') });
  });

  it('suggests what was meant', () => {
    const [diagnostic] = diagnosticsOf(
      `${head}  - { id: a, on: es, call: GET /, expect: { body: { x: { greater: 1 } } } }\n`,
    );
    expect(diagnostic?.message).toBe('unknown key "greater" in a matcher — did you mean "greater_than"?');
  });
});

describe('the rules', () => {
  it.each([
    ['that is a text with a header that says what it is', "headers: { content-TYPE: application/x-yaml }, text: 'x'"],
    ['that is lines', 'ndjson: [{ a: 1 }]'],
    ['that is lines that a template gives', "ndjson: '{{inputs.names}}'"],
    ['that a template gives', "body: '{{inputs.names}}'"],
    ['that is a list', 'body: [{ a: 1 }]'],
    ['that is null', 'body: null'],
  ])('allow a body %s', (_what, body) => {
    expect(found(`  - { id: a, on: es, call: POST /_some, ${body}, retry: { attempts: 1 } }\n`)).toEqual([]);
  });

  it.each([
    [
      'an id that stands twice',
      '  - { id: a, on: es, call: GET / }\n  - { id: a, on: es, call: GET / }\n',
      ['duplicate-id: a'],
    ],
    ['a step without an id', '  - { on: es, call: GET / }\n', ['missing-id: { on: es, call: GET / }']],
    ['an unknown input', "  - { id: a, on: es, call: 'GET /{{inputs.nmae}}' }\n", ['unknown-input: inputs.nmae']],
    [
      'an unknown input in an alternative',
      '  - { id: a, on: es, when: { any: [{ run.id: x }, { inputs.nmae: x }] }, call: GET / }\n',
      ['unknown-input: inputs.nmae'],
    ],
    [
      'alternatives that are no list',
      '  - { id: a, on: es, when: { any: { run.id: x } }, call: GET / }\n',
      ['wrong-type: { run.id: x }'],
    ],
    [
      'an unknown name in a key of a body',
      '  - { id: a, on: es, call: PUT /x, body: { aliases: { "{{inputs.nmae}}": {} } } }\n',
      ['unknown-input: "{{inputs.nmae}}"'],
    ],
    [
      'a template in a key of a body that does not parse',
      '  - { id: a, on: es, call: PUT /x, body: { aliases: { "{{inputs.name": {} } } }\n',
      ['template-syntax: "{{inputs.name"'],
    ],
    ['an unknown step', "  - { id: a, on: es, call: 'GET /{{steps.b.x}}' }\n", ['unknown-step: steps.b.x']],
    [
      'a name that a step does not save',
      "  - { id: a, on: es, call: GET /, save: { x: y } }\n  - { id: b, on: es, call: 'GET /{{steps.a.z}}' }\n",
      ['unknown-saved-name: steps.a.z'],
    ],
    [
      'a name used before it is saved',
      "  - { id: a, on: es, call: 'GET /{{steps.b.x}}' }\n  - { id: b, on: es, call: GET /, save: { x: y } }\n",
      ['used-before-saved: steps.b.x'],
    ],
    [
      'a name of the block in its always, where it may not exist',
      "  - id: block\n    on: es\n    steps: [{ id: a, call: GET /, save: { x: y } }]\n    always: [{ id: b, call: 'PUT /{{steps.a.x}}' }]\n",
      ['used-before-saved: steps.a.x'],
    ],
    ['an item outside of a loop', "  - { id: a, on: es, call: 'GET /{{item}}' }\n", ['template-unknown-name: item']],
    ['another name of run', "  - { id: a, on: es, call: 'GET /{{run.time}}' }\n", ['template-unknown-name: run.time']],
    [
      'a template error inside a block scalar',
      '  - id: a\n    on: es\n    call: GET /\n    title: |\n      first\n      second {{inputs.name\n',
      ['template-syntax: {{inputs.name'],
    ],
    ['an unknown connection', '  - { id: a, on: ess, call: GET / }\n', ['unknown-connection: ess']],
    ['a step without a connection', '  - { id: a, call: GET / }\n', ['missing-connection: { id: a, call: GET / }']],
    ['an oss step on a cluster', '  - { id: a, on: es, oss: bucketInfo }\n', ['wrong-connection-kind: bucketInfo']],
    [
      'a block that may be repeated for ever',
      '  - { id: b, on: es, until: { steps.a.x: 1 }, steps: [{ id: a, call: GET /, save: { x: x } }] }\n',
      ['until-without-max-iterations: { steps.a.x: 1 }'],
    ],
    [
      'a number of iterations without an end',
      '  - { id: b, on: es, max_iterations: 2, every: 1s, steps: [{ id: a, call: GET / }] }\n',
      ['max-iterations-without-until: 2', 'every-without-until: 1s'],
    ],
    [
      'a name in until that no iteration saves',
      '  - { id: b, on: es, until: { steps.a.y: 1 }, max_iterations: 2, steps: [{ id: a, call: GET /, save: { x: x } }] }\n',
      ['unknown-saved-name: steps.a.y'],
    ],
    [
      'a name of the iteration before',
      "  - { id: b, on: es, until: { steps.a.x: 1 }, max_iterations: 2, steps: [{ id: a, call: 'GET /{{steps.a.x}}', save: { x: x } }] }\n",
      ['used-before-saved: steps.a.x'],
    ],
    [
      'progress of what is not polled',
      '  - { id: a, on: es, call: GET /, progress: { done: x, unit: bytes } }\n',
      ['progress-without-until: { done: x, unit: bytes }'],
    ],
    [
      'a progress that writes',
      '  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { call: PUT /x, done: x, unit: bytes } }\n',
      ['progress-writes: PUT /x'],
    ],
    [
      'a progress by a POST that is not known to read',
      '  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { call: POST /_bulk, effect: read, done: x, unit: bytes } }\n',
      ['effect: read'],
    ],
    [
      'a query of a progress without a call',
      '  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { query: { a: b }, done: x, unit: bytes } }\n',
      ['progress-without-call: { a: b }'],
    ],
    [
      'JMESPath of a progress that is none, in each measure',
      "  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { measures: [{ done: 'x[', total: 'y[', unit: bytes }, { done: 'size(x)', unit: shards }] } }\n",
      ["jmespath: 'x['", "jmespath: 'y['", "jmespath: 'size(x)'"],
    ],
    [
      'a template in what is done',
      "  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { done: 'x[{{inputs.name}}]', unit: bytes } }\n",
      ["template-in-query: 'x[{{inputs.name}}]'"],
    ],
    [
      'an unknown name in a total, in the path and in the connection of a progress',
      "  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { on: ess, call: 'GET /{{inputs.x}}', done: x, total: '{{inputs.y}}', unit: bytes } }\n",
      ['unknown-connection: ess', 'unknown-input: inputs.x', 'unknown-input: inputs.y'],
    ],
    [
      'a secret in a total',
      "  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { done: x, total: '{{inputs.key}}', unit: bytes } }\n",
      ['secret-outside-body: inputs.key'],
    ],
    [
      'a unit that is none',
      "  - { id: a, on: es, call: GET /, until: { a: 1 }, progress: { done: x, unit: '%' } }\n",
      ["wrong-form: '%'"],
    ],
    ['a write under until', '  - { id: a, on: es, call: PUT /x, until: { a: 1 } }\n', ['write-under-until: PUT /x']],
    [
      'a done_when that writes',
      '  - { id: a, on: es, call: PUT /x, done_when: { call: POST /y, expect: { status: 200 } } }\n',
      ['done-when-writes: POST /y'],
    ],
    [
      'a save beside done_when',
      '  - { id: a, on: es, call: PUT /x, save: { b: c }, done_when: { call: GET /y, expect: { status: 200 } } }\n',
      ['save-with-done-when: c'],
    ],
    [
      'effect: read on a POST that writes',
      '  - { id: a, on: es, call: POST /x/_refresh, effect: read }\n',
      ['effect: read'],
    ],
    [
      'effect: read on such a POST in a done_when',
      '  - { id: a, on: es, call: PUT /x, done_when: { call: POST /x/_doc, effect: read, expect: { status: 200 } } }\n',
      ['effect: read'],
    ],
    ['effect: read on a DELETE', '  - { id: a, on: es, call: DELETE /x, effect: read }\n', ['effect: read']],
    [
      'a header that the run sets itself',
      '  - { id: a, on: es, call: GET /, headers: { X-Opaque-Id: x } }\n',
      ['header: X-Opaque-Id'],
    ],
    [
      'headers that the connection or the client sets',
      '  - { id: a, on: es, call: GET /, headers: { Authorization: x, content-length: x, HOST: x, connection: x, transfer-encoding: x } }\n',
      [
        'header: Authorization',
        'secret-looking-literal: x',
        'header: content-length',
        'header: HOST',
        'header: connection',
        'header: transfer-encoding',
      ],
    ],
    [
      'such a header in any letter case, in every step and read',
      `  - id: a
    on: es
    steps:
      - { id: b, call: GET /, headers: { x-OPAQUE-id: x }, until: { a: 1 } }
    done_when: { call: GET /, headers: { x-opaque-ID: x }, expect: { status: 200 }, otherwise: { call: GET /, headers: { X-OPAQUE-ID: x }, expect: { status: 200 } } }
    always: [{ id: c, call: GET /, headers: { X-opaque-id: x } }]
    rollback: [{ call: DELETE /, headers: { x-opaque-id: x }, retry: { attempts: 1 } }]
`,
      [
        'header: x-OPAQUE-id',
        'header: x-opaque-ID',
        'header: X-OPAQUE-ID',
        'header: X-opaque-id',
        'header: x-opaque-id',
      ],
    ],
    [
      'a header that is written twice',
      '  - { id: a, on: es, call: GET /, headers: { Accept: a/b, accept: c/d } }\n',
      ['header: accept'],
    ],
    [
      'a template in a JMESPath of save',
      '  - { id: a, on: es, call: GET /, save: { x: \'a."{{inputs.name}}".b\' } }\n',
      ['template-in-query: \'a."{{inputs.name}}".b\''],
    ],
    ['two things to send', '  - { id: a, on: es, call: POST /_some, body: {}, text: x }\n', ['body: x']],
    [
      'a JSON body where lines are taken',
      '  - { id: a, on: es, call: POST /_bulk, body: [{ a: 1 }], expect: { body: { errors: false } }, retry: { attempts: 1 } }\n',
      ['body: [{ a: 1 }]'],
    ],
    ['a string as lines', "  - { id: a, on: es, call: POST /_some, ndjson: '{}' }\n", ["body: '{}'"]],
    ['a text of unknown type', '  - { id: a, on: es, call: POST /_some, text: x }\n', ['body: x']],
    [
      'a variable of JMESPath that there is not',
      "  - { id: a, on: es, call: GET /, expect: { body: { '[?x == $input.name]': 1 } } }\n",
      ["jmespath: '[?x == $input.name]'"],
    ],
    [
      'names in JMESPath that do not exist there',
      "  - { id: a, on: es, call: GET /, save: { x: '[?x == $inputs.nam]', y: '$steps.b.z || $item.q', z: { path: $run.name } } }\n  - { id: b, on: es, call: GET /, save: { z: z } }\n",
      [
        'unknown-input: $inputs',
        'used-before-saved: $steps',
        'template-unknown-name: $item',
        'template-unknown-name: $run',
      ],
    ],
    [
      'a name in a default that does not exist, and a secret in one',
      "  - { id: a, on: es, call: GET /, save: { x: { path: x, default: '{{inputs.nam}}' }, y: { path: y, default: '{{inputs.key}}' } } }\n",
      ['unknown-input: inputs.nam', 'secret-outside-body: inputs.key'],
    ],
    [
      'a check that saves what its step does not',
      "  - { id: a, on: es, call: PUT /a, save: { task: task }, done_when: { call: GET /a, expect: { status: 200 }, save: { taks: x, task: 'y[' } } }\n  - { id: b, on: es, done_when: { call: GET /a, expect: { status: 200 }, save: { x: x } }, steps: [{ id: c, call: GET / }] }\n",
      ['unknown-saved-name: taks', "jmespath: 'y['", 'unknown-saved-name: x'],
    ],
    [
      'a name of the run that there is not',
      "  - { id: a, on: es, call: PUT /x, body: ['{{run.started_at}}', '{{run.started_ms}}', '{{run.start}}', '{{run.id.x}}'] }\n",
      ['template-unknown-name: run.start', 'template-unknown-name: run.id.x'],
    ],
    [
      'a secret in JMESPath',
      "  - { id: a, on: es, call: GET /, until: { '[?x == $inputs.key]': { empty: false } } }\n",
      ["secret-outside-body: '[?x == $inputs.key]'"],
    ],
    ['a text as a body', "  - { id: a, on: es, call: POST /_some, body: '{}' }\n", ["body: '{}'"]],
    [
      'a text with a template as a body',
      "  - { id: a, on: es, call: POST /_some, body: 'x {{inputs.name}}' }\n",
      ["body: 'x {{inputs.name}}'"],
    ],
    ['a number as a body', '  - { id: a, on: es, call: POST /x, body: 5 }\n', ['body: 5']],
    [
      'a text as a body of a read',
      '  - { id: a, on: es, call: PUT /x, done_when: { call: POST /_search, effect: read, body: x, expect: { status: 200 } } }\n',
      ['body: x'],
    ],
    [
      'a header of a response that is quoted as in JMESPath',
      '  - { id: a, on: es, call: GET /, save: { x: \'headers."x-y"\' } }\n',
      ['header: \'headers."x-y"\''],
    ],
    [
      'a number for a header',
      '  - { id: a, on: es, call: GET /, expect: { headers: { x-count: 5 } } }\n',
      ['wrong-type: 5'],
    ],
    ['a broken JMESPath', "  - { id: a, on: es, call: GET /, expect: { body: { 'a[': 1 } } }\n", ["jmespath: 'a['"]],
    [
      'an unknown JMESPath function',
      "  - { id: a, on: es, call: GET /, save: { x: 'size(a)' } }\n",
      ["jmespath: 'size(a)'"],
    ],
    ['a query in the path', "  - { id: a, on: es, call: 'GET /x?pretty=true' }\n", ["path: 'GET /x?pretty=true'"]],
    ['a secret in a path', "  - { id: a, on: es, call: 'GET /{{inputs.key}}' }\n", ['secret-outside-body: inputs.key']],
    [
      'an undone_by that names no write of an always around it',
      '  - { id: b, on: es, steps: [{ id: a, call: PUT /x, undone_by: opne }], always: [{ id: open, call: POST /y }, { id: look, call: GET /y }] }\n',
      ['undone-by: opne'],
    ],
    [
      'an undone_by that names a read',
      '  - { id: b, on: es, steps: [{ id: a, call: PUT /x, undone_by: look }], always: [{ id: look, call: GET /y }] }\n',
      ['undone-by: look'],
    ],
    [
      'an undone_by that names an always of a block beside it',
      '  - { id: b, on: es, steps: [{ id: a, call: PUT /x }], always: [{ id: open, call: POST /y }] }\n  - { id: c, on: es, call: PUT /x, undone_by: open }\n',
      ['undone-by: open'],
    ],
    [
      'what is kept and rolled back',
      '  - { id: a, on: es, call: PUT /x, keep: wanted, rollback: [{ call: DELETE /x }] }\n',
      ['kept-and-undone: wanted'],
    ],
    ['a read that is kept', '  - { id: a, on: es, call: GET /x, keep: wanted }\n', ['account-of-read: wanted']],
    [
      'a step of a rollback that is kept',
      '  - { id: a, on: es, call: PUT /x, rollback: [{ call: DELETE /x, keep: wanted }] }\n',
      ['account-of-rollback: wanted'],
    ],
    ['a missing fragment', '  - { id: a, use: fragments/none.yaml }\n', ['unknown-fragment: fragments/none.yaml']],
    ['a parallel without a loop', '  - { id: a, on: es, call: GET /, parallel: 2 }\n', ['parallel-without-loop: 2']],
    [
      'questions inside a loop with parallel, and not those before it',
      '  - { id: a, on: es, for_each: [1], parallel: 2, confirm: Really?, steps: [{ id: b, confirm: One?, call: PUT /x, keep: w }, { id: c, disruptive: true, on_unknown: suspend, call: PUT /y, keep: w }] }\n',
      ['parallel-asks: One?', 'parallel-asks: true', 'parallel-asks: suspend'],
    ],
    [
      'a call in a loop with parallel whose outcome only a person knows',
      '  - { id: a, on: es, for_each: [1], parallel: 2, disruptive: true, on_unknown: suspend, call: PUT /x, keep: w }\n',
      ['parallel-asks: suspend'],
    ],
  ])('find %s', (_what, steps, expected) => {
    expect(found(steps)).toEqual(expected);
  });

  it('find every wrong input of a fragment', () => {
    const steps = '  - { id: a, use: part.yaml, with: { conection: es, count: many } }\n';
    expect(found(steps, { 'part.yaml': fragment })).toEqual([
      'missing-input: part.yaml',
      'unknown-input: conection',
      'wrong-type: many',
    ]);
  });

  it('find a question in a fragment that a loop with parallel uses, at any depth', () => {
    const asking = fragment.replace('call: GET /,', 'call: GET /, confirm: true,');
    const outer = `apiVersion: runbook/v1\nfragment: outer\ntitle: t\ninputs: { connection: { type: connection } }\nsteps:\n  - { id: inner, use: part.yaml, with: { connection: '{{inputs.connection}}' } }\n`;
    const fragments = { 'in/outer.yaml': outer, 'in/part.yaml': asking };
    const steps = (more: string) =>
      `  - { id: a, for_each: [1, 2], ${more}use: in/outer.yaml, with: { connection: es } }\n`;
    expect(found(steps('parallel: 2, '), fragments)).toEqual(['parallel-asks: in/outer.yaml']);
    expect(diagnosticsOf(head + steps('parallel: 2, '), fragments)[0]?.message).toContain('confirm in in/part.yaml');
    expect(found(steps(''), fragments)).toEqual([]);
  });

  it('know the outputs of a fragment', () => {
    const use = '  - { id: a, use: part.yaml, with: { connection: es } }\n';
    expect(found(`${use}  - { id: b, on: es, call: 'GET /{{steps.a.uuid}}' }\n`, { 'part.yaml': fragment })).toEqual(
      [],
    );
    expect(found(`${use}  - { id: b, on: es, call: 'GET /{{steps.a.uid}}' }\n`, { 'part.yaml': fragment })).toEqual([
      'unknown-saved-name: steps.a.uid',
    ]);
  });

  it('find a fragment that uses itself', () => {
    const cyclic = (name: string, other: string) =>
      `apiVersion: runbook/v1\nfragment: ${name}\ntitle: x\nsteps:\n  - { id: a, use: ${other}.yaml }\n`;
    const diagnostics = diagnosticsOf(`${head}  - { id: a, use: one.yaml }\n`, {
      'one.yaml': cyclic('one', 'two'),
      'two.yaml': cyclic('two', 'one'),
    });
    expect(diagnostics.map(({ code, file, message }) => [code, file, message])).toEqual([
      ['cyclic-use', 'two.yaml', 'one.yaml uses two.yaml uses one.yaml: a fragment cannot use itself'],
    ]);
  });

  it('find defaults that break their own type, and secrets with a literal default without showing them', () => {
    const text = head.replace('default: one', 'default: 1').replace('secret: true', 'secret: true, default: hunter22');
    const whole = `${text}  - { id: a, on: es, call: GET / }\n`;
    const diagnostics = diagnosticsOf(whole);
    expect(marked(diagnostics, whole)).toEqual(['default-of-wrong-type: 1', 'literal-secret: hunter22']);
    expect(diagnostics[1]).toMatchObject({ isSensitive: true });
  });

  describe('about an input of type object', () => {
    const withObject = (member: string) =>
      head.replace('connections:', () => `  o: { type: object, properties: { a: ${member} } }\nconnections:`);
    const step = (value: string) => `  - { id: a, on: es, call: PUT /x, ${value} }\n`;
    const foundIn = (member: string, value: string) => {
      const text = withObject(member) + step(value);
      return marked(diagnosticsOf(text), text);
    };

    it.each([
      ['a member that it does not have', '{ type: string }', "body: '{{inputs.o.b}}'", ['unknown-input: inputs.o.b']],
      ['a member of a string', '{ type: string }', "body: '{{inputs.o.a.b}}'", ['unknown-input: inputs.o.a.b']],
      [
        'a secret member outside of a body',
        '{ type: string, secret: true }',
        "title: '{{inputs.o.a}}'",
        ['secret-outside-body: inputs.o.a'],
      ],
      [
        'a whole with a secret outside of a body',
        '{ type: string, secret: true }',
        "title: '{{inputs.o}}'",
        ['secret-outside-body: inputs.o'],
      ],
      [
        'a default of another type',
        '{ type: integer, default: many }',
        'body: { x: 1 }',
        ['default-of-wrong-type: many'],
      ],
      [
        'a secret with a default',
        '{ type: string, secret: true, default: hunter22 }',
        'body: { x: 1 }',
        ['literal-secret: hunter22'],
      ],
    ])('find %s', (_what, member, value, expected) => {
      expect(foundIn(member, value)).toEqual(expected);
    });

    it('let an item of a list and a connection be', () => {
      expect(foundIn('{ type: list }', "body: '{{inputs.o.a.[0]}}'")).toEqual([]);
      expect(foundIn('{ type: connection }', "on: '{{inputs.o.a}}'".replace('on', 'as'))).toEqual([]);
      const text =
        withObject('{ type: connection }') + step('body: { x: 1 }').replace('on: es', "on: '{{inputs.o.a}}'");
      expect(diagnosticsOf(text)).toEqual([]);
    });

    it('suggest what was meant', () => {
      const text = withObject('{ type: string }').replace('a: {', 'name: {') + step("body: '{{inputs.o.nmae}}'");
      expect(diagnosticsOf(text)[0]?.message).toBe('the input "o" has no member "nmae" — did you mean "name"?');
    });

    it.each([
      ['without properties', '{ type: object }', ['missing-key: { type: object }']],
      [
        'with a secret of its own',
        '{ type: object, secret: true, properties: { b: { type: string } } }',
        ['unknown-key: secret'],
      ],
      [
        'with a member that means a secret in an environment',
        '{ type: object, properties: { env: { type: string } } }',
        ['wrong-form: env'],
      ],
      ['of a type that there is not', '{ type: objct }', ['unknown-value: objct']],
    ])('refuse one %s', (_what, member, expected) => {
      expect(foundIn(member, 'body: { x: 1 }')).toEqual(expected);
    });
  });

  describe('of calls that servers know', () => {
    const calls = (steps: string, fragments: Record<string, string> = {}) =>
      everyDiagnosticOf(head + steps, fragments)
        .filter(({ code }) => code !== 'left-in-place')
        .map(({ code, severity, file, range }) => {
          const text = file === 'test.yaml' ? head + steps : (fragments[file] ?? '');
          return `${severity} ${code} ${file}: ${text.slice(range?.start.offset, range?.end.offset)}`;
        });

    it('refuse a path, a method and a parameter that no version has, wherever a call stands', () => {
      const steps = `  - id: a
    on: es
    call: PUT /x
    query: { wait_for: 1 }
    body: { mapings: {} }
    done_when: { call: GET /_reidnex, expect: { status: 200 } }
    rollback: [{ call: POST /_snapshot }]
  - { id: b, on: other, call: GET /_features }
`;
      expect(calls(steps)).toEqual([
        'error unknown-parameter test.yaml: wait_for',
        'warning unknown-body-key test.yaml: mapings',
        'error unknown-api test.yaml: GET /_reidnex',
        'error unknown-method test.yaml: POST /_snapshot',
        'error unknown-api test.yaml: GET /_features',
      ]);
    });

    it('believe who says why a call is in no catalogue', () => {
      expect(calls('  - { id: a, on: es, call: GET /_a_plugin, unchecked: the plug-in has it }\n')).toEqual([]);
    });

    it('refuse them in a fragment by the connection that it is given, through another one, too', () => {
      const fragment = (steps: string) =>
        `apiVersion: runbook/v1\nfragment: part\ntitle: Part\ninputs: { to: { type: connection } }\nsteps:\n${steps}`;
      const inner = fragment("  - { id: a, on: '{{inputs.to}}', call: GET /_reidnex }\n");
      const outer = fragment("  - { id: b, use: inner.yaml, with: { to: '{{inputs.to}}' } }\n");
      const use = '  - { id: c, use: outer.yaml, with: { to: es } }\n';
      expect(calls(use, { 'outer.yaml': outer, 'inner.yaml': inner })).toEqual([
        'error unknown-api inner.yaml: GET /_reidnex',
      ]);
    });

    it('warn of what some versions lack, unless the step asks for the version', () => {
      const wide = (when: string) =>
        everyDiagnosticOf(
          head.replace('7.10.x', '">=7.10"') +
            `  - { id: v, on: es, call: GET /, save: { version: version.number } }\n  - { id: a, on: es, ${when}call: GET /_features }\n`,
        ).map(({ code }) => code);
      expect(wide('')).toEqual(['api-of-other-versions']);
      expect(wide("when: { steps.v.version: { version_in: '>=8' } }, ")).toEqual([]);
    });
  });

  it('find all of it at once', () => {
    const steps =
      "  - { id: a, on: ess, call: 'GET /{{inputs.nmae}}' }\n  - { id: a, on: es, call: PUT /x, until: { 'a[': 1 } }\n";
    expect(found(steps)).toEqual([
      'unknown-connection: ess',
      'unknown-input: inputs.nmae',
      'duplicate-id: a',
      'write-under-until: PUT /x',
      "jmespath: 'a['",
    ]);
  });
});
