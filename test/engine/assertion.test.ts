import { describe, expect, it } from 'vitest';
import { errorOf, isExpected, judge, unexpected } from '../../src/engine/assertion.ts';
import { createRedactor } from '../../src/engine/index.ts';
import { comparisonText } from '../../src/report/reason-text.ts';
import type { Json } from '../../src/text/index.ts';
import { ok } from './world.ts';

const response = ok({ n: 1, hash: 'ab', list: [1] });

describe('the assertions of a response', () => {
  it('are the status, and where that passed, each condition of the body, as data', () => {
    const expectation = { status: ['2xx'], body: [{ subject: 'n', expect: { at_least: 2, message: 'Too few.' } }] };
    const assertions = judge(expectation, response, createRedactor());
    expect(assertions).toEqual([
      { of: 'status', expect: ['2xx'], actual: 200, passed: true },
      { of: 'body', subject: 'n', expect: { at_least: 2 }, actual: 1, passed: false, message: 'Too few.' },
    ]);
    expect(unexpected(assertions, response, createRedactor())).toEqual({
      kind: 'unexpected-response',
      failed: [assertions[1]],
    });
    expect(judge({ ...expectation, status: [404] }, response, createRedactor())).toEqual([
      { of: 'status', expect: [404], actual: 200, passed: false },
    ]);
  });

  it('are its headers, too, whatever the case of their names', () => {
    const expectation = {
      status: ['2xx'],
      headers: [
        { subject: 'X-Elastic-Product', expect: 'Elasticsearch' },
        { subject: 'Warning', expect: { exists: false, message: 'Deprecated.' } },
        { subject: 'toString', expect: { exists: false } },
      ],
      body: [],
    };
    const warned = { ...response, headers: { 'x-elastic-product': 'Elasticsearch', warning: 'old' } };
    const assertions = judge(expectation, warned, createRedactor());
    expect(assertions.slice(1)).toEqual([
      { of: 'header', subject: 'X-Elastic-Product', expect: 'Elasticsearch', actual: 'Elasticsearch', passed: true },
      {
        of: 'header',
        subject: 'Warning',
        expect: { exists: false },
        actual: 'old',
        passed: false,
        message: 'Deprecated.',
      },
      { of: 'header', subject: 'toString', expect: { exists: false }, actual: null, passed: true },
    ]);
    expect(assertions.map(comparisonText)[2]).toBe('header Warning: expected no value, actual "old"');
    expect([warned, { ...warned, headers: {} }].map((one) => isExpected(expectation, one))).toEqual([false, false]);
    expect(isExpected(expectation, { ...warned, headers: { 'x-elastic-product': 'Elasticsearch' } })).toBe(true);
  });

  it('do not show what the step saves as secret, however short it is', () => {
    const expectation = { status: ['2xx'], body: [{ subject: 'hash', expect: { matches: '^a' } }] };
    expect(judge(expectation, response, createRedactor(), ['ab'])[1]).toEqual({
      of: 'body',
      subject: 'hash',
      expect: '‹secret›',
      actual: '‹secret›',
      passed: true,
    });
  });

  it('keep values up to a limit', () => {
    const long = 'x'.repeat(10_000);
    const [, assertion] = judge(
      { status: ['2xx'], body: [{ subject: 'a', expect: { not: long } }] },
      ok({ a: long }),
      createRedactor(),
    );
    expect(JSON.stringify(assertion).length).toBeLessThan(10_000);
    expect(assertion).toMatchObject({ passed: false });
  });
});

describe('the words of a server', () => {
  it('are those of Elasticsearch or of Kibana', () => {
    const words = (body: Json, status = 400) => errorOf(ok(body, status), createRedactor());
    const error = { type: 'security_exception', reason: 'no', caused_by: { reason: 'expired' } };
    expect(words({ error }, 200)).toEqual({ type: 'security_exception', reason: 'no (expired)' });
    expect(words({ statusCode: 400, error: 'Bad Request', message: 'no such space' })).toEqual({
      type: 'Bad Request',
      reason: 'no such space',
    });
    expect(words({ statusCode: 400, message: 'no such space' })).toEqual({ reason: 'no such space' });
    expect(words({ error: 'no handler' })).toEqual({ type: 'error', reason: 'no handler' });
    expect(words({ title: 'Out of credit', detail: 'It costs 50.' })).toEqual({
      type: 'Out of credit',
      reason: 'It costs 50.',
    });
    expect([words([]), words(''), words(' \r\n '), words({}), words({ message: 'x', title: 'y' }, 200)]).toEqual([
      ...[undefined, undefined, undefined, undefined, undefined],
    ]);
  });

  it('are the first line of a text, inert, and cut after it is redacted', () => {
    const redactor = createRedactor();
    const secret = `hunter22\n${'x'.repeat(50)}`;
    redactor.add(secret);
    const line = (text: string) => errorOf(ok(text, 502), redactor)?.reason;
    expect(line('\r\n  upstream \u001b[2Jdown\r\nand more')).toBe('upstream \\u001b[2Jdown');
    expect(line(`the key ${secret} is wrong\nx`)).toBe('the key ‹secret› is wrong');
    for (let length = 180; length < 210; length++) {
      const said = line(`${'y'.repeat(length)}${secret}`) ?? '';
      expect(said).not.toMatch(/hunt|x/);
      expect(said.length).toBeLessThanOrEqual(201);
    }
    expect(errorOf(ok('green open', 200), redactor)).toBeUndefined();
  });
});
