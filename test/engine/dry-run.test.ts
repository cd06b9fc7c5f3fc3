import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

describe('a dry run', () => {
  it('sends reads only and predicts each write', async () => {
    const plan = planOf(`  - { id: a, on: es, call: PUT /a, done_when: { call: GET /a, expect: { status: 200 } } }
  - { id: b, on: es, call: PUT /b, done_when: { call: GET /b, expect: { status: 200 } } }
  - { id: c, on: es, call: GET /b/_count, expect: { body: { there: true } }, save: { x: y } }
  - { id: d, on: es, call: 'PUT /{{steps.c.x}}' }
  - { id: e, on: es, when: { steps.c.x: { exists: true } }, disruptive: true, call: POST /e }
`);
    const { sent, outcomes, summary } = await runIn(plan, {
      mode: 'dry',
      confirm: false,
      answer: (call) => (call === 'GET /a' ? ok() : ok({}, 404)),
    });

    expect(sent).toEqual(['GET /a', 'GET /b', 'GET /b/_count']);
    expect(outcomes).toMatchObject({
      a: 'in-place',
      b: 'would-change',
      c: 'depends',
      d: 'depends',
      e: 'would-change',
    });
    expect(summary).toMatchObject({ outcome: 'done', writes: 0, predicted_writes: 3 });
  });

  it('fails where an assertion fails that no predicted write could change', async () => {
    const plan = planOf(`  - { id: a, on: es, call: GET /a, expect: { body: { there: true } } }\n${write('b')}`);
    expect((await runIn(plan, { mode: 'dry' })).summary).toMatchObject({ outcome: 'refused', failure: { step: 'a' } });
  });

  it('fails behind a predicted write only where that is proven to change nothing of what is read', async () => {
    const run = (first: string, read: string) =>
      runIn(
        planOf(`  - { id: first, on: es, call: ${first} }
  - { id: read, on: es, call: ${read} }
  - { id: last, on: es, call: PUT /last }
`),
        { mode: 'dry', answer: (call) => (call === read ? ok({}, 404) : ok()) },
      );

    expect((await run('PUT /_snapshot/r', 'GET /a')).summary).toMatchObject({
      outcome: 'refused',
      failure: { step: 'read' },
    });
    expect((await run('PUT /b', 'GET /a')).summary).toMatchObject({ outcome: 'refused', failure: { step: 'read' } });
    for (const first of ['PUT /a', 'POST /_aliases', 'PUT /_plugin/of/mine'])
      expect((await run(first, 'GET /a')).outcomes).toEqual({
        ...{ 'preflight/es': 'done', first: 'would-change', read: 'depends', last: 'would-change' },
      });
  });

  it('names the last write that is not proven independent', async () => {
    const plan = planOf(`  - { id: one, on: es, call: PUT /a }
  - { id: two, on: es, call: PUT /_snapshot/r }
  - { id: read, on: es, call: GET /a }
`);
    const { events } = await runIn(plan, { mode: 'dry', answer: () => ok({}, 404) });

    expect(events).toContainEqual(expect.objectContaining({ step: 'read', outcome: 'depends', depends_on: 'one' }));
  });

  it('takes a done_when for what it is now only where no predicted write may change it', async () => {
    const run = (first: string, status: number) =>
      runIn(
        planOf(`  - { id: first, on: es, call: ${first} }
  - { id: then, on: es, call: PUT /a, done_when: { call: GET /a, expect: { status: 200 } } }
  - id: block
    done_when: { on: es, call: GET /a, expect: { status: 200 } }
    steps: [{ id: inside, on: es, call: PUT /inside }]
`),
        { mode: 'dry', answer: (call) => ok({}, call === 'GET /a' ? status : 200) },
      );

    expect((await run('PUT /b', 200)).outcomes).toMatchObject({ then: 'in-place', block: 'in-place' });
    expect((await run('DELETE /a', 200)).outcomes).toMatchObject({
      then: 'depends',
      block: 'depends',
      inside: 'would-change',
    });
    expect((await run('PUT /b', 404)).outcomes).toMatchObject({ then: 'would-change', block: 'depends' });
    const untold = await run('PUT /b', 400);
    expect(untold.summary).toMatchObject({ outcome: 'refused', failure: { step: 'then' } });
    expect(untold.reasons.then).toContain('not sent: the idempotency check cannot tell');
    expect((await run('PUT /a', 400)).outcomes).toMatchObject({ then: 'depends' });
  });

  it('does not wait for the health of an index that a predicted write would create', async () => {
    const plan = planOf(`  - { id: make, on: es, call: PUT /new }
  - { id: healthy, on: es, call: GET /_cluster/health/new, until: { status: green } }
  - { id: then, on: es, call: PUT /then, done_when: { call: GET /_cluster/health/new, expect: { body: { status: green } } } }
  - { id: elsewhere, on: es, call: GET /_cluster/health/old, expect: { body: { status: green } } }
`);
    const { sent, outcomes } = await runIn(plan, { mode: 'dry', answer: () => ok({ status: 'green' }) });

    expect(outcomes).toMatchObject({ healthy: 'depends', then: 'depends' });
    expect(outcomes.elsewhere).toBe('done');
    expect(sent).toEqual(['GET /_cluster/health/old']);
  });

  it('says of a write whose condition a predicted write may change that it would change as it is now', async () => {
    const plan = planOf(`${write('a')}  - { id: look, on: es, call: GET /a/_count, save: { x: x } }
  - id: block
    when: { steps.look.x: { exists: true } }
    steps: [{ id: b, on: es, call: PUT /b }]
  - { id: own, on: es, call: PUT /own }
`);
    const { events, outcomes } = await runIn(plan, { mode: 'dry', answer: () => ok({ x: 1 }) });
    const ended = (id: string) => events.find((event) => event.type === 'step-finished' && event.step === id);
    expect(ended('b')).toMatchObject({ outcome: 'would-change', depends_on: 'a' });
    expect(ended('own')).not.toHaveProperty('depends_on');
    expect(outcomes).toMatchObject({ a: 'would-change', look: 'done', own: 'would-change' });
  });

  it('counts what it writes for each item of a list that only the run knows', async () => {
    const plan = planOf(`  - { id: make, on: es, call: PUT /list, save: { names: names } }
  - id: each
    for_each: '{{steps.make.names}}'
    steps: [{ id: one, on: es, call: 'PUT /{{item}}' }, { id: read, on: es, call: 'GET /{{item}}' }]
  - { id: after, on: es, call: GET /elsewhere }
`);
    const { outcomes, summary } = await runIn(plan, { mode: 'dry', answer: () => ok({}, 404) });

    expect(outcomes).toMatchObject({ make: 'would-change', each: 'depends', after: 'depends' });
    expect(summary).toMatchObject({ outcome: 'done', predicted_writes: 1, predicted_writes_per_item: 1 });
  });

  it('does not skip what depends on what a write would save', async () => {
    const plan = planOf(`  - { id: make, on: es, call: PUT /list, save: { name: name } }
  - { id: then, on: es, when: { steps.make.name: { exists: true } }, call: PUT /then }
`);
    expect((await runIn(plan, { mode: 'dry' })).outcomes.then).toBe('would-change');
  });
});
