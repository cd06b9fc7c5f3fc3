import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

describe('a run', () => {
  it('sends the steps in order, with values that earlier steps saved', async () => {
    const plan = planOf(`  - { id: a, on: es, call: GET /, save: { names: 'list' } }
  - { id: b, on: es, call: 'PUT /x/{{join steps.a.names "+"}}', body: { names: '{{steps.a.names}}', run: 'of {{run.id}}' } }
`);
    const { summary, sent, calls } = await runIn(plan, { answer: () => ok({ list: ['p', 'q'] }) });

    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(sent).toEqual(['GET /', 'PUT /x/p%2Bq']);
    expect(calls[1]?.request).toMatchObject({ body: { names: ['p', 'q'], run: 'of run-1' } });
  });

  it('sends secrets, and records references', async () => {
    const plan = planOf(
      `  - { id: a, on: es, call: PUT /x, body: { k: '{{inputs.key}}', long: 'key={{inputs.key}}' } }\n`,
    );
    const { calls, events } = await runIn(plan);

    expect(calls[0]?.request).toMatchObject({ body: { k: 'the-secret-key', long: 'key=the-secret-key' } });
    expect(JSON.stringify(events)).not.toContain('the-secret-key');
    expect(JSON.stringify(events)).toContain('‹secret inputs.key›');
  });

  it('keeps what is saved as secret, and what a server echoes, out of every event', async () => {
    const plan = planOf(`  - { id: a, on: es, call: GET /user, save: { hash: { path: hash, secret: true } } }
  - { id: b, on: es, call: PUT /user, body: { h: '{{steps.a.hash}}' } }
`);
    const { calls, events, summary } = await runIn(plan, {
      answer: (call) =>
        call === 'GET /user'
          ? ok({ hash: '$2a$10$abcdef' })
          : ok({ error: { type: 'bad', reason: 'no: $2a$10$abcdef / the-secret-key' } }, 400),
    });

    expect(calls[1]?.request).toMatchObject({ body: { h: '$2a$10$abcdef' } });
    for (const text of [JSON.stringify(events), JSON.stringify(summary)])
      expect(text).not.toMatch(/\$2a\$10|the-secret-key/);
    expect(JSON.stringify(summary.failure)).toContain('‹secret›');
  });

  it('is refused, without a write, when an assertion fails before the first one', async () => {
    const plan = planOf(
      `  - { id: a, on: es, call: GET /, expect: { body: { n: { at_least: 2, message: Too few. } } } }\n${write('b')}`,
    );
    const { summary, sent } = await runIn(plan, { answer: () => ok({ n: 1 }) });

    expect(summary).toMatchObject({
      outcome: 'refused',
      writes: 0,
      failure: {
        step: 'a',
        reason: {
          kind: 'unexpected-response',
          failed: [{ of: 'body', subject: 'n', expect: { at_least: 2 }, actual: 1, message: 'Too few.' }],
        },
      },
    });
    expect(sent).toEqual(['GET /']);
  });

  it('skips a step whose condition does not hold, and says why', async () => {
    const plan = planOf(
      `  - { id: a, on: es, call: GET /, save: { n: n } }\n${write('b', ', when: { steps.a.n: { greater_than: 5 } }')}${write('c', ', when: { steps.a.none: { exists: false } }').replace('steps.a.none', 'steps.a.n')}`,
    );
    const { outcomes, reasons } = await runIn(plan, { answer: () => ok({ n: 1 }) });

    expect(outcomes).toMatchObject({ b: 'skipped', c: 'skipped' });
    expect(reasons.b).toBe('steps.a.n is 1, needed: more than 5');
  });
});

describe('a failure', () => {
  it('rolls back in reverse what may have been sent, and nothing else', async () => {
    const plan = planOf(write('a') + write('b', ', when: { inputs.name: two }') + write('c') + write('d') + write('e'));
    const { summary, sent } = await runIn(plan, { answer: (call) => (call === 'PUT /d' ? ok({}, 500) : ok()) });

    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true, failure: { step: 'd' } });
    expect(sent).toEqual(['PUT /a', 'PUT /c', 'PUT /d', 'DELETE /d', 'DELETE /c', 'DELETE /a']);
  });

  it('does not undo what the server refused with 4xx: there is nothing of ours', async () => {
    const { sent, summary } = await runIn(planOf(write('a')), {
      answer: () => ok({ error: { type: 'exists', reason: 'it is there' } }, 400),
    });

    expect(sent).toEqual(['PUT /a']);
    expect(summary.failure?.reason).toMatchObject({ error: { type: 'exists', reason: 'it is there' } });
  });

  it('undoes steps before their block, and the runbook last', async () => {
    const steps = `  - id: block
    on: es
    steps: [{ id: a, call: PUT /a, rollback: [{ call: DELETE /a }] }, { id: b, call: PUT /b }]
    rollback: [{ call: DELETE /block }]
rollback: [{ on: es, call: DELETE /all }]
`;
    const { sent } = await runIn(planOf(steps), { answer: (call) => (call === 'PUT /b' ? ok({}, 500) : ok()) });
    expect(sent).toEqual(['PUT /a', 'PUT /b', 'DELETE /a', 'DELETE /block', 'DELETE /all']);
  });

  it('goes on rolling back after a rollback has failed, needs a person, and keeps the first failure', async () => {
    const plan = planOf(write('a') + write('b') + write('c'));
    const { summary, sent } = await runIn(plan, {
      answer: (call) => (call === 'PUT /c' || call === 'DELETE /b' ? ok({}, 500) : ok()),
    });

    expect(sent).toEqual(['PUT /a', 'PUT /b', 'PUT /c', 'DELETE /c', 'DELETE /b', 'DELETE /a']);
    expect(summary).toMatchObject({
      outcome: 'needs-a-person',
      failure: { step: 'c' },
      cleanup_failures: [{ step: 'b~rollback~1' }],
      rolled_back: false,
    });
  });

  it('is a failure of the run when always does not work', async () => {
    const plan = planOf(
      `  - id: block\n    on: es\n    steps: [{ id: a, call: PUT /a }]\n    always: [{ id: open, call: POST /open }, { id: look, call: GET /look }]\n${write('after')}`,
    );
    const { summary, sent } = await runIn(plan, { answer: (call) => (call === 'POST /open' ? ok({}, 500) : ok()) });

    expect(sent).toEqual(['PUT /a', 'POST /open', 'GET /look']);
    expect(summary).toMatchObject({ outcome: 'needs-a-person', cleanup_failures: [{ step: 'open' }] });
  });
});

describe('always', () => {
  const steps = `  - id: block
    on: es
    steps: [{ id: close, call: POST /close }, { id: restore, call: POST /restore }]
    always: [{ id: open, call: POST /open }]
    rollback: [{ id: undo, call: POST /undo }]
`;

  it('runs after success, failure, an ambiguous answer and a broken connection', async () => {
    for (const answer of [ok(), ok({}, 500), ok({}, 503), lost('maybe'), lost('no')]) {
      const { sent } = await runIn(planOf(steps), { answer: (call) => (call === 'POST /restore' ? answer : ok()) });
      expect(sent).toContain('POST /open');
    }
  });

  it('runs when somebody stops the run, which is then rolled back', async () => {
    const { sent, summary } = await runIn(planOf(steps), {
      interruptedAt: (event) => event.type === 'write-intended' && event.step === 'close',
    });

    expect(sent).toEqual(['POST /close', 'POST /open', 'POST /undo']);
    expect(summary).toMatchObject({ outcome: 'interrupted', rolled_back: true });
  });

  it('runs although the journal cannot be written; no other write does', async () => {
    let writesRecorded = 0;
    const { sent, summary } = await runIn(planOf(steps), {
      recordFails: (event) => event.type === 'write-intended' && ++writesRecorded > 1,
    });

    expect(sent).toEqual(['POST /close', 'POST /open', 'POST /undo']);
    expect(summary.failure?.reason).toMatchObject({
      kind: 'not-sent',
      cause: { kind: 'journal-not-writable', message: 'no space left on device' },
    });
  });

  it('does not run for a block that was not entered', async () => {
    const plan = planOf(steps.replace('on: es', 'on: es\n    confirm: Really?'));
    const { sent, summary } = await runIn(plan, { confirm: false });

    expect(sent).toEqual([]);
    expect(summary).toMatchObject({
      outcome: 'refused',
      failure: { reason: { kind: 'not-confirmed', question: 'Really?' } },
    });
  });

  it('runs, and the rollback is complete, whatever each call answers', async () => {
    const answers = [ok(), ok({}, 400), ok({}, 500), ok({}, 504), lost('no'), lost('maybe')];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(answers.length - 1), { minLength: 2, maxLength: 2 }),
        async ([close = 0, restore = 0]) => {
          const { sent } = await runIn(planOf(steps), {
            answer: (call) =>
              call === 'POST /close'
                ? (answers[close] ?? ok())
                : call === 'POST /restore'
                  ? (answers[restore] ?? ok())
                  : ok(),
          });
          // Closed and not opened again is the one end that must not be.
          if (sent.includes('POST /close'))
            expect(sent.indexOf('POST /open')).toBeGreaterThan(sent.indexOf('POST /close'));
          const mayHaveClosed = close === 0 || close === 2 || close === 3 || close === 5;
          const isDone = close === 0 && restore === 0;
          expect(sent.includes('POST /undo')).toBe(mayHaveClosed && !isDone);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('done_when', () => {
  const steps = `  - id: a
    on: es
    call: PUT /a
    done_when: { call: GET /a, expect: { body: { owner: me } } }
    rollback: [{ call: DELETE /a }]
  - { id: b, on: es, call: PUT /b }
`;

  it('finds the effect there: the step is unchanged, not sent, and never rolled back', async () => {
    const { sent, outcomes, summary } = await runIn(planOf(steps), {
      answer: (call) => (call === 'PUT /b' ? ok({}, 500) : ok({ owner: 'me' })),
    });

    expect(sent).toEqual(['GET /a', 'PUT /b']);
    expect(outcomes.a).toBe('unchanged');
    expect(summary.rolled_back).toBe(false);
  });

  it('reads back an ambiguous outcome instead of sending again', async () => {
    for (const ambiguous of [lost('maybe'), ok({}, 502), ok({}, 503), ok({}, 504)]) {
      let isThere = false;
      const { sent, outcomes } = await runIn(planOf(steps), {
        answer: (call) => {
          if (call !== 'PUT /a') return ok({ owner: isThere ? 'me' : 'nobody' });
          isThere = true;
          return ambiguous;
        },
      });
      expect(outcomes.a).toBe('done');
      expect(sent.filter((call) => call === 'PUT /a')).toHaveLength(1);
    }
  });

  it('waits for an effect that comes late, and fails where it does not come', async () => {
    const late = await runIn(planOf(steps), {
      answer: (call, count) => (call === 'PUT /a' ? lost() : ok({ owner: count > 3 ? 'me' : 'nobody' })),
    });
    expect(late.outcomes.a).toBe('done');

    const never = await runIn(planOf(steps), {
      answer: (call) => (call === 'PUT /a' ? lost() : ok({}, call === 'GET /a' ? 404 : 200)),
    });
    expect(never.summary).toMatchObject({ outcome: 'failed', rolled_back: true });
    expect(never.reasons.a).toContain('read back: it did not take effect');
    expect(never.sent.at(-1)).toBe('DELETE /a');
  });

  it('leaves the step in doubt where the read does not tell, or there is none', async () => {
    const blind = await runIn(planOf(steps), {
      answer: (call, count) => (call === 'PUT /a' ? lost() : count > 1 ? ok({}, 500) : ok({}, 404)),
    });
    expect(blind.summary).toMatchObject({ outcome: 'needs-a-person', in_doubt: ['a'] });

    const none = await runIn(planOf('  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }\n'), {
      answer: (call) => (call === 'PUT /a' ? lost() : ok()),
    });
    expect(none.summary).toMatchObject({ outcome: 'needs-a-person', in_doubt: ['a'] });
    expect(none.sent).toEqual(['PUT /a', 'DELETE /a']);
  });

  it('does not send the write when it cannot tell beforehand', async () => {
    const { sent, reasons } = await runIn(planOf(steps), { answer: () => ok({}, 401) });
    expect(sent).toEqual(['GET /a']);
    expect(reasons.a).toContain('not sent: whether its effect is there already cannot be told');
  });

  it('of a block leaves out the whole block', async () => {
    const block = `  - id: block\n    on: es\n    done_when: { call: GET /done, expect: { body: { done: true } } }\n    steps: [{ id: a, call: PUT /a }]\n    always: [{ id: open, call: POST /open }]\n`;
    const { sent, outcomes } = await runIn(planOf(block), { answer: () => ok({ done: true }) });
    expect(sent).toEqual(['GET /done']);
    expect(outcomes).toMatchObject({ block: 'unchanged' });
  });
});

describe('reads and writes', () => {
  it('send a read again after a failure, three times at the most, and a write once', async () => {
    const read = await runIn(planOf('  - { id: a, on: es, call: GET /a }\n'), {
      answer: (_call, count) => (count < 3 ? lost() : ok()),
    });
    expect(read.sent).toHaveLength(3);
    expect(read.summary.outcome).toBe('done');

    const written = await runIn(planOf('  - { id: a, on: es, call: PUT /a }\n'), { answer: () => ok({}, 500) });
    expect(written.sent).toHaveLength(1);
  });

  it('send a write again only where its author says so', async () => {
    const plan = planOf('  - { id: a, on: es, call: PUT /a, retry: { attempts: 3, delay: 1s } }\n');
    const { sent, summary } = await runIn(plan, { answer: (_call, count) => (count < 3 ? ok({}, 500) : ok()) });
    expect(sent).toHaveLength(3);
    expect(summary.outcome).toBe('done');
  });

  it('poll until the condition holds', async () => {
    const plan = planOf(
      '  - { id: a, on: es, call: GET /a, until: { state: { not: BUSY } }, expect: { body: { state: OK } } }\n',
    );
    const { sent, summary } = await runIn(plan, { answer: (_call, count) => ok({ state: count < 5 ? 'BUSY' : 'OK' }) });
    expect(sent).toHaveLength(5);
    expect(summary.outcome).toBe('done');
  });

  it('time out with what was seen last', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK }, every: 10s, timeout: 1m }\n');
    const { sent, reasons } = await runIn(plan, { answer: () => ok({ state: 'BUSY' }) });
    expect(sent).toHaveLength(7);
    expect(reasons.a).toBe('timed out after 1m: state is "BUSY", waiting for "OK"');
  });

  it('do not wait for a condition on an answer that is an error', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK } }\n');
    const { sent } = await runIn(plan, { answer: () => ok({}, 500) });
    expect(sent).toHaveLength(1);
  });
});

describe('for_each', () => {
  const steps = `  - { id: names, on: es, call: GET /names, save: { all: '@' } }
  - id: copy
    on: es
    for_each: '{{steps.names.all}}'
    steps:
      - { id: get, call: 'GET /{{item.name}}', save: { size: size } }
      - { id: put, call: 'PUT /{{item.name}}', body: { size: '{{steps.get.size}}' }, rollback: [{ call: 'DELETE /{{item.name}}' }] }
  - { id: after, on: es, call: PUT /after, body: { sizes: '{{steps.get.size}}' } }
`;
  const world = (fails = '') => ({
    answer: (call: string) =>
      call === 'GET /names'
        ? ok([{ name: 'x' }, { name: 'y' }])
        : call === fails
          ? ok({}, 500)
          : ok({ size: call.length }),
  });

  it('over a list that only the run knows runs once per item, each with its own values', async () => {
    const { sent, calls, outcomes } = await runIn(planOf(steps), world());
    expect(sent).toEqual(['GET /names', 'GET /x', 'PUT /x', 'GET /y', 'PUT /y', 'PUT /after']);
    expect(calls.at(-1)?.request).toMatchObject({ body: { sizes: [6, 6] } });
    expect(outcomes).toMatchObject({ 'put#1': 'done', 'put#2': 'done' });
  });

  it('rolls back each pass with its own item', async () => {
    const { sent } = await runIn(planOf(steps), world('PUT /after'));
    expect(sent.slice(-2)).toEqual(['DELETE /y', 'DELETE /x']);
  });
});

describe('a dry run', () => {
  it('sends reads only and predicts each write', async () => {
    const plan = planOf(`  - { id: a, on: es, call: PUT /a, done_when: { call: GET /a, expect: { status: 200 } } }
  - { id: b, on: es, call: PUT /b, done_when: { call: GET /b, expect: { status: 200 } } }
  - { id: c, on: es, call: GET /c, expect: { body: { there: true } }, save: { x: y } }
  - { id: d, on: es, call: 'PUT /{{steps.c.x}}' }
  - { id: e, on: es, when: { steps.c.x: { exists: true } }, disruptive: true, call: POST /e }
`);
    const { sent, outcomes, summary } = await runIn(plan, {
      mode: 'dry',
      confirm: false,
      answer: (call) => (call === 'GET /a' ? ok() : ok({}, 404)),
    });

    expect(sent).toEqual(['GET /a', 'GET /b', 'GET /c']);
    expect(outcomes).toMatchObject({ a: 'unchanged', b: 'would-send', c: 'depends', d: 'depends', e: 'would-send' });
    expect(summary).toMatchObject({ outcome: 'done', writes: 0, predicted_writes: 3 });
  });

  it('fails where an assertion fails that no predicted write could change', async () => {
    const plan = planOf(`  - { id: a, on: es, call: GET /a, expect: { body: { there: true } } }\n${write('b')}`);
    expect((await runIn(plan, { mode: 'dry' })).summary).toMatchObject({ outcome: 'refused', failure: { step: 'a' } });
  });
});

describe('a disruptive step', () => {
  const environment = (window: string) => `
apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:9200' } }
inputs: { key: { env: KEY } }
maintenance_windows: [${window}]
`;
  const run = async (window: string, time: string) => {
    const plan = planOf(`${write('a')}  - { id: b, on: es, disruptive: true, call: PUT /b }\n`, {
      environment: environment(window),
    });
    return runIn(plan, { now: Date.parse(time) });
  };

  // 2026-11-24 is a Tuesday.
  it.each([
    ["{ from: '01:00', to: '05:00' }", '2026-11-24T03:00:00Z', 'done'],
    ["{ from: '01:00', to: '05:00' }", '2026-11-24T05:00:00Z', 'refused'],
    ["{ from: '22:00', to: '02:00', days: [mon] }", '2026-11-24T01:00:00Z', 'done'],
    ["{ from: '22:00', to: '02:00', days: [tue] }", '2026-11-24T01:00:00Z', 'refused'],
    ["{ from: '01:00', to: '05:00', timezone: Asia/Shanghai }", '2026-11-23T18:00:00Z', 'done'],
    ["{ from: '01:00', to: '05:00', timezone: Asia/Shanghai }", '2026-11-24T03:00:00Z', 'refused'],
  ])('in the window %s at %s is %s, before anything is written', async (window, time, outcome) => {
    const { summary, sent } = await run(window, time);
    expect(summary.outcome).toBe(outcome);
    expect(sent).toHaveLength(outcome === 'done' ? 2 : 0);
  });
});
