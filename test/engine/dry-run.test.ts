import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

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
    expect(outcomes).toMatchObject({
      a: 'unchanged',
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
});
