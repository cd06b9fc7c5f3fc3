import { describe, expect, it } from 'vitest';
import { linesOf, summaryText } from '../../src/report/index.ts';
import { lost, ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';

/** A run with a bit of everything: a poll, a write that is lost and read back, a refusal, always, rollback, a skip. */
const steps = `  - { id: look, title: Look, on: es, call: GET /look, expect: { body: { n: { at_least: 1 } } }, save: { n: n } }
  - { id: maybe, on: es, when: { steps.look.n: 7 }, call: PUT /maybe }
  - id: swap
    title: Swap {{steps.look.n}} indices
    on: es
    as: recovery
    disruptive: true
    steps:
      - { id: make, title: Make it, call: PUT /made, query: { wait: true }, body: { key: '{{inputs.key}}' }, done_when: { call: GET /made, expect: { status: 200 } }, rollback: [{ id: unmake, title: Unmake it, call: DELETE /made }] }
      - { id: ready, title: It is ready, call: GET /ready, until: { state: OK }, every: 1s }
      - { id: restore, title: Restore it, call: POST /restore, expect: { message: Ask the storage team. } }
    always:
      - { id: open, title: Open it, call: POST /open }
`;

async function badDay() {
  let isMade = false;
  return runIn(planOf(steps), {
    answer: (call, count) => {
      switch (call) {
        case 'GET /look':
          return ok({ n: 2 });
        case 'PUT /made':
          isMade = true;
          return lost();
        case 'GET /made':
          return isMade ? ok() : ok({ error: { type: 'missing', reason: 'no such thing' } }, 404);
        case 'GET /ready':
          return {
            kind: 'answer',
            status: 200,
            body: { state: count < 2 ? 'BUSY' : 'OK' },
            warnings: ['this API is deprecated'],
          };
        case 'POST /restore':
          return ok({ error: { type: 'repository_exception', reason: 'the-secret-key \u001b[31mis refused' } }, 500);
        default:
          return ok();
      }
    },
  });
}

describe('a run in plain lines', () => {
  it('says for a log what happened, and at its end what it means', async () => {
    const { events, summary } = await badDay();
    const text = `${events.flatMap((event) => linesOf(event)).join('\n')}\n\n${summaryText(summary, { run: 'run-1', mode: 'real', head: 'e3b0c4' })}`;
    await expect(text).toMatchFileSnapshot('../golden/run.txt');
  });

  it('shows every call and assertion to who asks for them', async () => {
    const { events } = await badDay();
    const text = events.flatMap((event) => linesOf(event, true)).join('\n');
    await expect(text).toMatchFileSnapshot('../golden/show.txt');
    for (const hidden of ['the-secret-key', '\u001b']) expect(text).not.toContain(hidden);
  });
});
