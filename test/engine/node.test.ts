import { describe, expect, it } from 'vitest';
import { Cancelled, type Event } from '../../src/engine/index.ts';
import { linesOf } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

const plan = planOf(`  - id: block
    on: es
    steps:
      - { id: make, call: PUT /made, rollback: [{ call: DELETE /made }] }
      - { id: ask, confirm: Really?, call: PUT /asked }
    always: [{ id: open, call: POST /open }]
`);

describe('a port that fails', () => {
  it('ends the step, and what cleans up runs', async () => {
    const bug = () => {
      throw new Error('a bug in a port');
    };
    const { sent, summary } = await runIn(plan, { confirm: bug });
    expect(sent).toEqual(['PUT /made', 'POST /open', 'DELETE /made']);
    expect(summary).toMatchObject({
      outcome: 'failed',
      failure: { step: 'ask', reason: { kind: 'internal-error', message: 'Error: a bug in a port' } },
    });
  });

  it.each(['PUT /made', 'POST /open'])('with the end of its process at %s ends the run as it is', async (at) => {
    const sent: string[] = [];
    const answer = (call: string) => {
      sent.push(call);
      if (call === at) throw new Cancelled();
      return ok();
    };
    await expect(runIn(plan, { answer })).rejects.toBeInstanceOf(Cancelled);
    expect(sent.at(-1)).toBe(at);
  });

  it('with the end of its process at a question or an event ends the run, too', async () => {
    const end = () => {
      throw new Cancelled();
    };
    await expect(runIn(plan, { confirm: end })).rejects.toBeInstanceOf(Cancelled);
    let recorded = 0;
    const recordFails = () => ++recorded > 5 && end();
    await expect(runIn(plan, { recordFails })).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('the evidence of a step', () => {
  const plan = planOf(`  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }
  - id: check
    on: es
    call: GET /check
    expect: { body: { whole: true } }
    evidence:
      - { title: What the shards say, call: GET /shards, save: { failed: "[?state == 'UNASSIGNED'].reason" } }
      - { call: GET /gone }
      - { call: GET /large }
    rollback: [{ call: DELETE /check }]
`);
  const answer = (call: string) => {
    if (call === 'GET /shards')
      return ok([{ state: 'UNASSIGNED', reason: 'corrupt the-secret-key' }, { state: 'STARTED' }]);
    if (call === 'GET /gone') return ok({ error: { type: 'missing', reason: 'no such thing' } }, 404);
    if (call === 'GET /large') return ok({ text: 'x'.repeat(50_000) });
    return ok({ whole: false });
  };

  it('is read when it fails, before anything is undone, and hides no failure', async () => {
    const { sent, summary, events, outcomes } = await runIn(plan, { answer });
    expect(sent).toEqual(['PUT /a', 'GET /check', 'GET /shards', 'GET /gone', 'GET /large', 'DELETE /a']);
    expect(summary).toMatchObject({ outcome: 'failed', failure: { step: 'check' }, cleanup_failures: [] });
    expect(outcomes).toMatchObject({ 'check~evidence~1': 'done', 'check~evidence~2': 'failed' });
    const found = (step: string) => events.find((event) => event.type === 'step-finished' && event.step === step);
    expect(found('check~evidence~1')).toMatchObject({
      phase: 'evidence',
      saved: { failed: [expect.stringMatching(/^corrupt ‹/)] },
    });
    expect(JSON.stringify(found('check~evidence~3')).length).toBeLessThan(3_000);
    expect(linesOf(found('check~evidence~1') as Event).join('\n')).toContain('failed: ["corrupt ‹');
  });

  it('is not read where the step succeeds, where a dry run predicts it, or once a rollback has begun', async () => {
    const good = { answer: (call: string) => (call === 'GET /check' ? ok({ whole: true }) : answer(call)) };
    expect((await runIn(plan, good)).sent).toEqual(['PUT /a', 'GET /check']);
    expect((await runIn(plan, { answer, mode: 'dry' })).sent).toEqual(['GET /check']);
    const { events } = await runIn(plan, { answer });
    const before = until(events, (event) => event.type === 'step-finished' && event.step === 'check');
    expect((await runIn(plan, { answer, journal: before })).sent).toEqual([
      'GET /shards',
      'GET /gone',
      'GET /large',
      'DELETE /a',
    ]);
    const begun = until(events, (event) => event.type === 'rollback-started');
    expect((await runIn(plan, { answer, journal: begun })).sent).toEqual(['DELETE /a']);
  });

  it('is no longer read once nobody wants to wait', async () => {
    const isSecond = (event: Event) => event.type === 'step-finished' && event.step === 'check~evidence~1';
    const { sent, summary } = await runIn(plan, { answer, twiceAt: isSecond });
    expect(sent).toEqual(['PUT /a', 'GET /check', 'GET /shards']);
    expect(summary.failure).toMatchObject({ step: 'check' });
  });
});
