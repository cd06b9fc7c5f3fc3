import { describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../src/language/index.ts';
import { canonicalJson, type Plan, type PlannedBlock, type PlannedRequest } from '../../src/plan/index.ts';
import { planFor } from '../../src/planner/index.ts';
import type { Json } from '../../src/text/index.ts';
import { bundleOf, diagnosticsOf, environmentText, head, tryPlan } from '../support.ts';

const object = `  repository:
    type: object
    properties:
      name: { type: string, default: my_backup, pattern: '^[a-z_]+$', not_pattern: '^(_|runbook)' }
      bucket: { type: string, description: the bucket }
      compress: { type: boolean, default: true }
      access_key_id: { type: string, secret: true }
`;
const withObject = head.replace('connections:', () => `${object}connections:`);
const given = '{ bucket: a-bucket, access_key_id: { env: ACCESS_KEY } }';
const environmentWith = (repository: string) =>
  environmentText.replace('  key: { env: KEY }\n', `  key: { env: KEY }\n  repository: ${repository}\n`);

interface Options {
  readonly repository?: string;
  readonly sets?: string[];
  readonly fragments?: Record<string, string>;
}

const tried = (steps: string, { repository = given, ...options }: Options = {}) =>
  tryPlan(withObject + steps, { whole: true, environment: environmentWith(repository), ...options });

function plan(steps: string, options?: Options): Plan {
  const { value, diagnostics } = tried(steps, options);
  if (!value) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

const body = (steps: string, options?: Options) => bodyOf(plan(steps, options).steps[0]);
const bodyOf = (node: Plan['steps'][number] | undefined): Json | undefined => {
  const { request } = node as PlannedRequest;
  return request.type === 'http' ? request.body : undefined;
};
const step = (value: string) => `  - { id: a, on: es, call: PUT /x, body: { v: '${value}' } }\n`;
const fragment = (properties: string, value = '{{inputs.repository.access_key_id}} {{inputs.repository.name}}') => ({
  'part.yaml': `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { repository: { type: object, properties: { ${properties} } } }
steps:
  - { id: put, on: es, call: PUT /x, body: { v: '${value}' } }
`
    .replace('on: es', "on: '{{inputs.connection}}'")
    .replace('inputs: {', 'inputs: { connection: { type: connection },'),
});
const all =
  'name: { type: string }, bucket: { type: string }, compress: { type: boolean, default: false }, access_key_id: { type: string, secret: true }';
const use = (entries: string) => `  - { id: a, use: part.yaml, with: { connection: es, ${entries} } }\n`;
const used = (entries: string, fragments = fragment(all)) =>
  bodyOf((plan(use(entries), { fragments }).steps[0] as PlannedBlock).steps[0]);

describe('an input of the environment that the runbook does not have', () => {
  const warned = (name: string) =>
    tryPlan("  - { id: a, on: es, call: 'GET /{{inputs.name}}' }\n", {
      environment: environmentText.replace('  key: { env: KEY }\n', `  key: { env: KEY }\n  ${name}: two\n`),
    }).diagnostics.map(({ code, severity, message }) => [code, severity, message]);

  it('is a warning where it is nearly one that it has, and for another runbook where it is not', () => {
    expect(warned('nmae')).toEqual([
      ['unknown-input', 'warning', 'the runbook has no input "nmae" — did you mean "name"?'],
    ]);
    expect(warned('bucket')).toEqual([]);
    expect(warned('name')).toEqual([]);
  });
});

describe('an input of type object', () => {
  it('is read member by member; a secret one stays a reference', () => {
    expect(body(step('{{inputs.repository.name}}'))).toEqual({ v: 'my_backup' });
    expect(body(step('{{inputs.repository.compress}}'))).toEqual({ v: true });
    expect(body(step('{{inputs.repository.access_key_id}}'))).toEqual({ v: '{{inputs.repository.access_key_id}}' });
  });

  it('is read as a whole as a mapping, in which a secret stays a reference', () => {
    expect(body(step('{{inputs.repository}}'))).toEqual({
      v: {
        name: 'my_backup',
        bucket: 'a-bucket',
        compress: true,
        access_key_id: '{{inputs.repository.access_key_id}}',
      },
    });
  });

  it('keeps a value that looks like a template', () => {
    const repository = given.replace('a-bucket', "'{{run.id}}'");
    expect(body(step('{{inputs.repository}}'), { repository })).toMatchObject({ v: { bucket: '{{"{{"}}run.id}}' } });
  });

  it('stands in the plan by the dotted name of each member', () => {
    expect(plan(step('x')).inputs).toMatchObject({
      'repository.name': { value: 'my_backup' },
      'repository.access_key_id': { secret: { env: 'ACCESS_KEY' } },
    });
  });

  it('is decided in a condition', () => {
    const steps = `  - { id: a, on: es, call: PUT /x, when: { inputs.repository.compress: false } }\n`;
    expect(plan(steps).steps[0]).toMatchObject({ kind: 'skipped' });
    expect(plan(steps, { sets: ['repository.compress=false'] }).steps[0]).toMatchObject({ kind: 'request' });
  });

  it('gives the same bytes again from the values that a plan has', () => {
    const kept = plan(step('{{inputs.repository}}'), { sets: ['repository.name=other'] });
    const values = Object.fromEntries(
      Object.entries(kept.inputs).flatMap(([name, input]) => ('value' in input ? [[name, input.value]] : [])),
    );
    const { value: environment } = loadEnvironment('env.yaml', environmentWith(given));
    if (!environment) throw new Error('no environment');
    const again = planFor(bundleOf(withObject + step('{{inputs.repository}}')), environment, [], { inputs: values });
    expect(again.value && canonicalJson(again.value)).toBe(canonicalJson(kept));
  });

  it.each([
    ['in a string', "call: PUT /x, body: { v: 'x {{inputs.repository}}' }", 'must stand alone'],
    ['as an argument', "call: PUT /x, body: { v: '{{length inputs.repository}}' }", 'must stand alone'],
    ['in a condition', 'call: PUT /x, when: { inputs.repository: { exists: true } }', 'under when'],
    ['in a path', "call: 'PUT /{{inputs.repository}}'", 'under call'],
    ['in a title', "call: PUT /x, title: '{{inputs.repository}}'", 'under title'],
    ['in a query', "call: PUT /x, query: { v: '{{inputs.repository}}' }", 'under query'],
  ])('with a secret cannot stand %s', (_where, rest, message) => {
    const steps = `  - { id: a, on: es, ${rest} }\n`;
    const found = diagnosticsOf(withObject + steps);
    expect((found.length > 0 ? found : tried(steps).diagnostics).map((one) => one.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it('reaches no query through a fragment that does not call its member a secret', () => {
    const fragments = fragment(all.replace(', secret: true', ''), 'x');
    fragments['part.yaml'] = fragments['part.yaml']
      .replace('body: {', 'query: {')
      .replace("'x'", "'{{inputs.repository}}'");
    const { diagnostics } = tried(use("repository: '{{inputs.repository}}'"), { fragments });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'the secret repository.access_key_id in a path or parameter: servers and proxies log those',
    ]);
  });
});

describe('a fragment takes an object', () => {
  const secret = '{{inputs.repository.access_key_id}}';

  it('as a whole, with its secret members', () => {
    expect(used("repository: '{{inputs.repository}}'")).toEqual({ v: `${secret} my_backup` });
  });

  it('with single members over the whole', () => {
    expect(used("repository: '{{inputs.repository}}', repository.name: other")).toEqual({ v: `${secret} other` });
  });

  it('as a mapping, with what only the run knows', () => {
    const entries = `repository: { name: 'of {{run.id}}', bucket: b, access_key_id: '{{inputs.key}}' }`;
    expect(used(entries)).toEqual({ v: '{{inputs.key}} {{concat "of " run.id}}' });
    expect(used(entries, fragment(all, '{{inputs.repository}}'))).toEqual({
      v: { name: '{{concat "of " run.id}}', bucket: 'b', compress: false, access_key_id: '{{inputs.key}}' },
    });
  });

  it('member by member', () => {
    const entries = `repository.name: n, repository.bucket: b, repository.access_key_id: '{{inputs.key}}'`;
    expect(used(entries, fragment(all, '{{inputs.repository.compress}}'))).toEqual({ v: false });
  });

  it('from a step, once it runs', () => {
    const steps = `  - { id: first, on: es, call: GET /, save: { found: found } }\n${use("repository: '{{steps.first.found}}'")}`;
    const [, block] = plan(steps, { fragments: fragment(all, '{{inputs.repository.name}}') }).steps;
    expect(bodyOf((block as PlannedBlock).steps[0])).toEqual({ v: '{{steps.first.found.name}}' });
  });

  it.each([
    [
      'a member that it does not have',
      "repository: '{{inputs.repository}}', repository.nme: n",
      ['unknown-input: repository.nme'],
    ],
    [
      'a whole with a member that it does not have',
      "repository: '{{inputs.repository}}'",
      ["unknown-input: '{{inputs.repository}}'"],
      all.replace('compress: { type: boolean, default: false }, ', ''),
    ],
    [
      'a whole without a member that it needs',
      "repository: '{{inputs.repository}}'",
      ['missing-input: part.yaml'],
      `${all}, region: { type: string }`,
    ],
    [
      'a mapping without a member',
      "repository: { bucket: b, access_key_id: '{{inputs.key}}' }",
      ['missing-input: part.yaml'],
    ],
    [
      'a mapping with a wrong member',
      "repository: { nme: n, name: n, bucket: 1, access_key_id: '{{inputs.key}}' }",
      ['unknown-input: nme', 'wrong-type: 1'],
    ],
    ['a string', 'repository: my_backup', ['wrong-type: my_backup']],
    ['an input that is no object', "repository: '{{inputs.name}}'", ["wrong-type: '{{inputs.name}}'"]],
  ])('and refuses %s', (_what, entries, expected, properties = all) => {
    const text = withObject + use(entries);
    expect(
      diagnosticsOf(text, fragment(properties, 'x')).map(
        ({ code, range }) => `${code}: ${text.slice(range?.start.offset, range?.end.offset)}`,
      ),
    ).toEqual(expected);
  });

  it('and what only planning can see: a value that is no mapping, or lacks a member', () => {
    const messages = (entries: string) =>
      tried(use(entries), { fragments: fragment(all, 'x') }).diagnostics.map(({ message }) => message);
    expect(messages(`repository: '{{join inputs.names ","}}'`)).toEqual([
      'the input "repository" of part.yaml must be a mapping with name, bucket, compress, access_key_id',
    ]);
    const item = `  - { id: b, for_each: [{ name: n, buket: b }], use: part.yaml, with: { connection: es, repository: '{{item}}' } }\n`;
    expect(tried(item, { fragments: fragment(all, 'x') }).diagnostics.map(({ message }) => message)).toEqual([
      'the input "repository" of part.yaml has no member "buket" — did you mean "bucket"?',
      'the input "repository" of part.yaml needs the member "bucket"',
      'the input "repository" of part.yaml needs the member "access_key_id"',
    ]);
  });
});

describe('the members of an object in the environment and on the command line', () => {
  const found = (options: Options) => tried(step('x'), options).diagnostics;

  it.each<[string, Options, Record<string, unknown>]>([
    [
      'a missing member',
      { repository: '{ access_key_id: { env: ACCESS_KEY } }' },
      {
        code: 'missing-input',
        message: 'the input "repository.bucket" has no value (the bucket)',
        file: 'test.yaml',
        help: 'In the environment file: inputs: { repository: { bucket: … } }, or --set repository.bucket=….',
      },
    ],
    [
      'an unknown member',
      { repository: given.replace('a-bucket', 'a-bucket, nme: x') },
      { code: 'unknown-input', message: 'the input "repository" has no member "nme" — did you mean "name"?' },
    ],
    [
      'a literal where a secret has to be',
      { repository: given.replace('{ env: ACCESS_KEY }', 'hunter22') },
      {
        code: 'literal-secret',
        message: '"repository.access_key_id" is a secret and is a literal here',
        range: expect.objectContaining({ start: expect.objectContaining({ line: 10 }) }),
        isSensitive: true,
      },
    ],
    [
      'a key that is no reference',
      { repository: given.replace('{ env: ACCESS_KEY }', '{ hunter22 }') },
      { code: 'input', message: 'the input "repository.access_key_id" must be a reference to a secret' },
    ],
    [
      'a reference where a value has to be',
      { repository: given.replace('a-bucket', '{ env: BUCKET }') },
      { code: 'secret-for-plain-input' },
    ],
    [
      'a value of a wrong type',
      { repository: given.replace('a-bucket', 'a-bucket, name: A') },
      { code: 'input', message: 'the input "repository.name" must match ^[a-z_]+$, found "A"' },
    ],
    [
      'a value that matches what it must not',
      { sets: ['repository.name=runbook_safety'] },
      { code: 'input', message: 'the input "repository.name" must not match ^(_|runbook), found "runbook_safety"' },
    ],
    [
      'a value for the whole',
      { repository: 'my_backup' },
      { code: 'input', message: 'the input "repository" must be a mapping of its members' },
    ],
    [
      'a reference for the whole',
      { repository: '{ env: REPOSITORY }' },
      { code: 'input', message: 'the input "repository" must be a mapping of its members' },
    ],
    [
      'a --set of an unknown member',
      { sets: ['repository.nme=x'] },
      { code: 'unknown-input', message: 'the input "repository" has no member "nme" — did you mean "name"?' },
    ],
    [
      'a --set of the whole',
      { sets: ['repository=x'] },
      { message: 'the input "repository" has members: set one of them', help: '--set repository.name=….' },
    ],
    [
      'a --set of a secret member',
      { sets: ['repository.access_key_id=hunter22'] },
      {
        code: 'literal-secret',
        help: 'Give it in the environment file: inputs: { repository: { access_key_id: { env: NAME } } }.',
      },
    ],
    ['a --set below a list', { sets: ['names.0=x'] }, { code: 'unknown-input' }],
  ])('%s is an error', (_what, options, expected) => {
    const diagnostics = found(options);
    expect(diagnostics).toMatchObject([expected]);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter22');
  });

  it('a member whose name is not near another is not repeated: it may be a secret', () => {
    const diagnostics = found({ repository: given.replace('a-bucket', 'a-bucket, hunter22: x') });
    expect(diagnostics).toMatchObject([
      { message: 'the input "repository" has no member of this name', isSensitive: true },
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter22');
  });

  it('a reference is checked by the schema at any depth', () => {
    const { diagnostics } = loadEnvironment('env.yaml', environmentWith('{ access_key_id: { env: hunter22!! } }'));
    expect(diagnostics).toMatchObject([
      { code: 'wrong-form', message: expect.stringContaining('"env" is something else') },
    ]);
  });

  it('--set sets one member', () => {
    expect(plan(step('x'), { sets: ['repository.name=other', 'repository.compress=false'] }).inputs).toMatchObject({
      'repository.name': { value: 'other' },
      'repository.compress': { value: false },
    });
  });
});

describe('an object in an object', () => {
  const nested = head.replace(
    'connections:',
    `  a: { type: object, properties: { b: { type: object, properties: { c: { type: string }, d: { type: integer, default: 1 } } } } }\nconnections:`,
  );
  const environment = environmentText.replace('inputs:\n', 'inputs:\n  a: { b: { c: x } }\n');

  it('is given, set, read and passed on like one', () => {
    const fragments = fragment(
      'b: { type: object, properties: { c: { type: string }, d: { type: integer } } }',
      '{{inputs.repository.b}}',
    );
    const { value } = tryPlan(
      `${nested}${step('{{inputs.a.b.c}}')}${use("repository: '{{inputs.a}}', repository.b.c: z").replace('id: a', 'id: u')}`,
      {
        whole: true,
        environment,
        fragments,
        sets: ['a.b.d=2'],
      },
    );
    expect(bodyOf(value?.steps[0])).toEqual({ v: 'x' });
    const [, block] = value?.steps ?? [];
    expect(bodyOf((block as PlannedBlock).steps[0])).toEqual({ v: { c: 'z', d: 2 } });
  });
});
