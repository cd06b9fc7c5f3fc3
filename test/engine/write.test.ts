import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/report/run-lines.ts';
import type { Json } from '../../src/text/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, until } from './world.ts';

describe('a write', () => {
  it('is sent again only where its author says so', async () => {
    const plan = planOf('  - { id: a, on: es, call: PUT /a, retry: { attempts: 3, delay: 1s } }\n');
    const { sent, summary } = await runIn(plan, { answer: (_call, count) => (count < 3 ? ok({}, 500) : ok()) });
    expect(sent).toHaveLength(3);
    expect(summary.outcome).toBe('done');
  });

  it('that could not leave waits like a read, and counts once', async () => {
    const write = planOf(`  - { id: make, on: es, call: PUT /made }`);
    const { summary, sent } = await runIn(write, { answer: (_call, count) => (count < 3 ? lost('no') : ok()) });
    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(sent).toHaveLength(3);
  });
});

describe('the response to a write', () => {
  const steps = (body?: string) => {
    const expect = body === undefined ? '' : `expect: { body: ${body} }, `;
    return planOf(`  - { id: a, on: es, call: PUT /a, ${expect}rollback: [{ call: DELETE /a }] }\n`);
  };
  const deep = (levels: number): Json => JSON.parse(`${'[{"x":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`);
  const strange: Json = JSON.parse(
    '{"__proto__":{"x":1},"constructor":{"prototype":1},"toString":1,"hasOwnProperty":[],"valueOf":{},"toJSON":true,"length":-1}',
  );

  it.each<[string, Json]>([
    ['{ x: 1 }', deep(1_000)],
    ['{ "@": 1 }', deep(1_000)],
    ['{ x: 1 }', Array(300_000).fill([])],
    ['{ "@": { contains: 1 } }', Array(300_000).fill({})],
    ['{ "max(@)": { exists: true } }', Array(300_000).fill(1)],
    ['{ toString: { exists: true } }', { acknowledged: true }],
    ['{ constructor: { exists: true } }', {}],
    ['{ "a.__proto__": { exists: true } }', { a: {} }],
    ['{ "{ b: x }.toString": { exists: true } }', { x: 1 }],
    ['{ toString: 2, __proto__: { exists: false }, "@": { empty: true } }', strange],
    ['{ x: 1 }', { error: { type: strange, reason: strange, caused_by: { reason: strange } } }],
  ])('that fails on %s ends the step, and the write is rolled back', async (expectation, body) => {
    const { summary, outcomes, events } = await runIn(steps(expectation), {
      answer: (call) => (call === 'PUT /a' ? ok(body) : ok()),
    });
    expect(outcomes.a).toBe('failed');
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true, writes: 2 });
    expect(summary.failure?.reason.kind).toBe('unexpected-response');
    const errors = await runIn(steps(), { answer: (call) => (call === 'PUT /a' ? ok(body, 500) : ok()) });
    expect(errors.summary).toMatchObject({ outcome: 'failed', rolled_back: true });
    expect(errors.summary.failure?.reason.kind).toBe('unexpected-response');
    for (const event of [...events, ...errors.events])
      expect(linesOf(event, true).join('').length).toBeLessThan(30_000);
  });

  it.each([
    ['too-deep', { kind: 'too-deep', levels: 1_000 }, 'nested deeper than 1000 levels'],
    ['too-large', { kind: 'too-large', bytes: 50_000_000 }, 'larger than 50 MB'],
  ] as const)(
    'that is %s fails the step, and its status says what became of the write',
    async (_what, unreadable, words) => {
      const answered = (status: number) => (call: string) =>
        call === 'PUT /a' ? { ...ok(null, status), unreadable } : ok({ x: 1 });
      for (const expectation of [undefined, '{ x: { exists: false } }']) {
        const { summary, reasons } = await runIn(steps(expectation), { answer: answered(200) });
        expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true });
        expect(reasons.a).toContain(`status 200, and its body was not read: the response is ${words}`);
      }
      expect((await runIn(steps(), { answer: answered(400) })).sent).toEqual(['PUT /a']);
      expect((await runIn(steps(), { answer: answered(502) })).outcomes.a).toBe('in-doubt');
    },
  );

  it('that nothing can judge was a response all the same', async () => {
    const body = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('a bug, with hunter22 in it');
      },
    }) as Json;
    const { summary, events } = await runIn(steps('{ "@": 1 }'), {
      answer: (call) => (call === 'PUT /a' ? ok(body) : ok()),
    });
    expect(summary).toMatchObject({ rolled_back: true, writes: 2 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'response', as_expected: false, status: 200 }));
  });
});

describe('a write that cannot be sent', () => {
  it.each(['unsendable', 'not-rendered', 'unknown-identity'] as const)(
    'is not tried again, and only what was sent before it is rolled back: %s',
    async (cause) => {
      const plan = planOf(
        ['a', 'b']
          .map((id) => `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }] }\n`)
          .join(''),
      );
      const { summary, sent, outcomes, reasons } = await runIn(plan, {
        answer: (call) =>
          call === 'PUT /b' ? { kind: 'no-response', sent: 'no', cause, message: 'of the test' } : ok(),
      });
      expect(sent).toEqual(['PUT /a', 'PUT /b', 'DELETE /a']);
      expect(summary).toMatchObject({ outcome: 'failed', in_doubt: [], rolled_back: true });
      expect(outcomes.b).toBe('failed');
      expect(reasons.b).toMatch(/^not sent: .*of the test/);
      const read = await runIn(planOf('  - { id: a, on: es, call: GET /a, until: { x: 1 } }\n'), {
        answer: () => ({ kind: 'no-response', sent: 'no', cause, message: 'of the test' }),
      });
      expect(read.sent).toEqual(['GET /a']);
    },
  );
});

describe('a write with retry and without done_when', () => {
  const steps = `  - { id: a, on: es, call: PUT /x, retry: { attempts: 2, delay: 1s } }\n`;

  it('is sent again after an ambiguous answer: its author says that this does no harm', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: (_call, count) => (count === 1 ? lost() : ok()) });
    expect(sent).toEqual(['PUT /x', 'PUT /x']);
    expect(summary.outcome).toBe('done');
  });

  it('is not called "not sent" where an earlier attempt may have taken effect, in this process or before it', async () => {
    const { reasons, events } = await runIn(planOf(steps), {
      answer: (_call, count) => (count === 1 ? ok({}, 500) : lost('no')),
    });
    expect(reasons.a).toBe('not sent again: connection reset; an earlier request may have taken effect');

    const journal = until(events, (event) => event.type === 'response' && event.status === 500);
    const resumed = await runIn(planOf(steps), { answer: () => lost('no'), journal });
    expect(resumed.reasons.a).toBe('not sent again: connection reset; an earlier request may have taken effect');
  });

  it('is in doubt when no attempt was answered', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: () => lost() });
    expect(sent).toHaveLength(2);
    expect(summary).toMatchObject({ outcome: 'intervention-required', in_doubt: ['a'] });
  });
});
