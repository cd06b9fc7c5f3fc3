import { describe, expect, it } from 'vitest';
import { lints } from '../../src/check/index.ts';
import { diagnosticsOf, everyDiagnosticOf, marked } from '../support.ts';

const head = (version: string) => `apiVersion: runbook/v1
name: test
elasticsearch: ${version}
title: A test
inputs: { user_password: { type: string, secret: true } }
connections: { source: { kind: elasticsearch }, destination: { kind: elasticsearch } }
steps:
`;
const indented = (text: string) => `${text.replace(/^/gm, '  ')}\n`;
/** The example without what stands around the step. */
const steps = (text: string) => text.slice(text.indexOf('- id:'));
const codes = (text: string, version = '8.x') => diagnosticsOf(head(version) + text).map(({ code }) => code);

describe('the lints', () => {
  it.each(lints.map((lint) => [lint.code, lint] as const))(
    '%s finds the wrong example, and not the right one',
    (code, lint) => {
      const version = code === 'features-before-8' ? '7.10.x' : '8.x';
      const all = (text: string) => everyDiagnosticOf(head(version) + indented(steps(text))).map((one) => one.code);
      expect(all(lint.example.wrong)).toContain(code);
      expect(all(lint.example.right)).not.toContain(code);
    },
  );

  it('are right about more than their examples', () => {
    const repository = (settings: string) =>
      codes(`  - { id: a, on: destination, call: PUT /_snapshot/r, body: { type: oss, settings: ${settings} } }\n`);
    expect(repository('{ read_only: true }')).toEqual(['writable-destination-repository']);
    expect(repository("{ readonly: 'true' }")).toEqual([]);
    expect(codes('  - { id: a, on: source, call: PUT /_snapshot/r, body: { type: oss } }\n')).toEqual([]);
    expect(codes('  - { id: a, on: source, call: POST /_snapshot/r/_verify, effect: read }\n')).toEqual([]);
    expect(
      codes('  - { id: a, on: source, call: GET /_cluster/health, query: { wait_for_completion: true } }\n'),
    ).toEqual([]);
    const features = '  - { id: a, on: source, call: POST /x, body: { feature_states: [kibana] } }\n';
    for (const range of ['7.10.x', '7.10.x || >=8.5 <10', '<8.1', '*'])
      expect([range, ...codes(features, `'${range}'`)]).toEqual([range, 'features-before-8']);
    for (const range of ['8.x', '>=8 <10', '9.x || 8.5.3'])
      expect([range, ...codes(features, `'${range}'`)]).toEqual([range]);
    // An open that is not in "always" does not count.
    const block =
      '  - id: b\n    on: source\n    steps: [{ id: c, call: POST /x/_close }, { id: o, call: POST /x/_open }]\n';
    expect(codes(block)).toEqual(['close-without-open']);
    expect(codes(`${block}    always: [{ id: p, call: POST /x/_open }]\n`)).toEqual([]);
  });

  it('ask for an account of each write of the steps, and are warnings', () => {
    const found = (text: string, end = '') =>
      everyDiagnosticOf(`${head('8.x')}  - { id: b, on: source, steps: [${text}]${end} }\n`)
        .filter(({ code }) => code === 'left-in-place')
        .map(({ severity }) => severity);
    expect(found('{ id: a, call: PUT /x }')).toEqual(['warning']);
    expect(found('{ id: a, call: PUT /x, keep: wanted }')).toEqual([]);
    expect(found('{ id: a, call: PUT /x, undone_by: z }', ', always: [{ id: z, call: DELETE /x }]')).toEqual([]);
    expect(found('{ id: a, call: PUT /x }', ', rollback: [{ call: DELETE /x }]')).toEqual([]);
    const removed = ', rollback: [{ call: DELETE /x }] }, { id: b2, call: ';
    expect(found(`{ id: a, call: PUT /x${removed}PUT /x/_doc/1 }`)).toEqual([]);
    expect(found(`{ id: a, call: PUT /x${removed}PUT /xy/_doc/1 }`)).toEqual(['warning']);
    expect(found('{ id: a, call: GET /x }', ', always: [{ id: z, call: PUT /x }]')).toEqual([]);
    expect(found('{ id: a, call: POST /x/_refresh }')).toEqual([]);
    expect(found('{ id: a, call: POST /x/_search, effect: read }')).toEqual([]);
  });

  it('do not show what looks like a secret', () => {
    const text = `${head('8.x')}  - { id: a, on: source, call: PUT /x, body: { settings: { secret_access_key: hunter22 } } }\n`;
    const [diagnostic] = diagnosticsOf(text);
    expect(diagnostic).toMatchObject({ code: 'secret-looking-literal', isSensitive: true });
    expect(marked([diagnostic ?? { code: 'yaml', severity: 'error', message: '', file: '' }], text)).toEqual([
      'secret-looking-literal: hunter22',
    ]);
  });
});

describe('a comment that silences', () => {
  const step = '  - { id: a, on: source, call: POST /x/_close }\n';

  it('needs a reason', () => {
    expect(codes(`  # runbook-ignore close-without-open: the index is deleted next\n${step}`)).toEqual([]);
    expect(codes(`  # runbook-ignore close-without-open\n${step}`)).toEqual(['useless-ignore', 'close-without-open']);
  });

  it('stands at the finding, its step, or right above', () => {
    expect(
      codes(`  - id: a\n    on: source\n    call: POST /x/_close # runbook-ignore close-without-open: why not\n`),
    ).toEqual([]);
    expect(
      codes(
        `  # runbook-ignore close-without-open: why not\n  # more of it\n  - id: a\n    on: source\n    call: POST /x/_close\n`,
      ),
    ).toEqual([]);
    expect(
      codes(`  # runbook-ignore close-without-open: too far away\n\n  - { id: z, on: source, call: GET / }\n${step}`),
    ).toEqual(['useless-ignore', 'close-without-open']);
  });

  it('has to know the code, and to be needed', () => {
    const [unknown] = diagnosticsOf(
      `${head('8.x')}  # runbook-ignore close-without-opn: x\n  - { id: a, on: source, call: GET / }\n`,
    );
    expect(unknown).toMatchObject({
      severity: 'error',
      message: expect.stringContaining('did you mean "close-without-open"?'),
    });
    const [unneeded] = diagnosticsOf(
      `${head('8.x')}  # runbook-ignore close-without-open: x\n  - { id: a, on: source, call: GET / }\n`,
    );
    expect(unneeded).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('has nothing to say here'),
    });
  });
});
