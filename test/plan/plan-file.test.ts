import fc from 'fast-check';
import { describe, it } from 'vitest';
import { canonicalJson, parsePlan } from '../../src/plan/index.ts';
import { planOf } from '../support.ts';

const plan = planOf(`
  - id: make
    on: es
    call: PUT /made
    body: { a: [1, { b: '{{run.id}}' }] }
    done_when: { call: GET /made, expect: { body: { found: true } } }
    rollback: [{ id: unmake, call: DELETE /made }]
`);
const text = canonicalJson(plan);

describe('a plan in a file', () => {
  it('is read from its own bytes', ({ expect }) => {
    expect(parsePlan(text)).toEqual({ plan });
  });

  it.for<[string, string, RegExp]>([
    ['a space', text.replace(':', ': '), /bytes are not those/],
    ['a line break at the end', `${text}\n`, /bytes are not those/],
    ['a key twice', text.replace('{', '{"format":"runbook-plan/v1",'), /bytes are not those/],
    [
      'another format',
      text.replace('runbook-plan/v1', 'runbook-plan/v2'),
      /"runbook-plan\/v2", expected "runbook-plan\/v1"/,
    ],
    [
      'an effect that there is not',
      text.replace('"effect":"write"', '"effect":"none"'),
      /steps\.0\.effect must be equal/,
    ],
    ['an unknown key', text.replace('"effect":"write"', '"effect":"write","extra":1'), /extra/],
    ['a key that is missing', text.replace('"locks":', '"locked":'), /locked|locks/],
    ['a prototype key', text.replace('"body":{', '"body":{"__proto__":{"a":1},'), /__proto__/],
    ['only prototype keys', `{${'"__proto__":{'.repeat(50)}${'}'.repeat(51)}`, /__proto__/],
    ['a constructor', '{"constructor":{"prototype":{"format":"runbook-plan/v1"}}}', /its format is missing/],
    ['no JSON', 'plan', /not valid JSON$/],
    ['the key of somebody', '-----BEGIN OPENSSH PRIVATE KEY-----', /^it is not valid JSON$/],
    ['a secret as its format', '{"format":"hunter22"}', /^it is not a plan: its format is another one, expected/],
    ['nothing', '', /not valid JSON/],
    ['a list', '[]', /its format is missing/],
    ['deep lists', '['.repeat(1_000_000), /nested more than 200/],
    [
      'deep mappings in a body',
      text.replace('"a":[1', `"a":[${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
      /nested more than 200/,
    ],
    ['a size that no plan has', `"${'x'.repeat(16_000_000)}"`, /larger than 16 MB/],
  ])('is refused with %s', ([, changed, problem], { expect }) => {
    const read = parsePlan(changed);

    expect('problem' in read ? read.problem : 'a plan').toMatch(problem);
  });

  it('is no other plan for one byte changed, wherever it is, and never crashes', ({ expect }) => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (index, code) => {
        const changed = text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
        const read = parsePlan(changed);
        // What is read is exactly what stands there: its hash is another one.
        if ('plan' in read) expect(canonicalJson(read.plan)).toBe(changed);
      }),
      { numRuns: 150 },
    );
  });
});
