import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

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

describe('alternatives', () => {
  const plan = planOf(`  - { id: look, on: es, call: GET /look, save: { v: v, key: { path: key, secret: true } } }
  - id: write
    on: es
    when: { any: [{ steps.look.v: 8.5.2 }, { steps.look.v: 8.5.3, steps.look.key: { not: hidden } }] }
    call: PUT /x
    keep: a test
`);
  const outcomeFor = async (v: string, key: string) => {
    const { events, sent } = await runIn(plan, { answer: () => ok({ v, key }) });
    const end = events.find((event) => event.type === 'step-finished' && event.step === 'write');
    expect(JSON.stringify(events)).not.toContain('hidden-key');
    return { end, isSent: sent.includes('PUT /x') };
  };

  it.each([
    ['8.5.2', 'hidden', true],
    ['8.5.3', 'hidden-key', true],
    ['8.5.3', 'hidden', false],
    ['9.0.0', 'hidden-key', false],
  ])('let a step run where one of them is met in whole: %s, %s', async (v, key, isSent) => {
    expect((await outcomeFor(v, key)).isSent).toBe(isSent);
  });

  it('say of each what is not met, and no secret', async () => {
    const { end } = await outcomeFor('8.5.3', 'hidden');
    expect(end).toMatchObject({
      outcome: 'skipped',
      reason: {
        kind: 'no-alternative-met',
        unmet: [
          { subject: 'steps.look.v', actual: '8.5.3', expect: '8.5.2' },
          { subject: 'steps.look.key', actual: '‹secret›', expect: '‹secret›' },
        ],
      },
    });
  });
});

describe('a question', () => {
  const steps = `  - { id: look, on: es, call: GET /look, save: { name: name } }
  - { id: first, on: es, call: PUT /first, rollback: [{ call: DELETE /first }] }
  - { id: ask, on: es, title: Close it, confirm: Close it?, call: 'POST /{{steps.look.name}}/_close', body: { index: '{{steps.look.name}}' }, keep: a test }
`;
  const answer = (call: string) => ok(call === 'GET /look' ? { name: 'orders-7' } : {});

  it('shows the call as it will be sent, with the names that earlier steps have saved', async () => {
    const { asking, events } = await runIn(planOf(steps), { answer });
    const calls = [
      { connection: 'es', request: 'POST /orders-7/_close', body: { index: 'orders-7' }, title: 'Close it' },
    ];
    expect(asking).toEqual([{ step: 'ask', question: 'Close it?', calls, canWait: true }]);
    expect(events.find(({ type }) => type === 'confirmation')).toMatchObject({ confirmed: true, calls });
  });

  it('that nobody answers suspends the run as it is; who resumes it is asked again', async () => {
    const { summary, events, sent } = await runIn(planOf(steps), { answer, confirm: 'later' });
    expect(sent).toEqual(['GET /look', 'PUT /first']);
    expect(summary).toMatchObject({
      outcome: 'waiting-for-confirmation',
      suspended: { by: 'confirmation', step: 'ask', reason: { kind: 'waits-for-confirmation' } },
    });
    expect(events.at(-1)).toMatchObject({ type: 'suspended', by: 'confirmation', step: 'ask' });

    const resumed = await runIn(planOf(steps), { answer, journal: events });
    expect(resumed.sent).toEqual(['POST /orders-7/_close']);
    expect(resumed.summary.outcome).toBe('done');
    const refused = await runIn(planOf(steps), { answer, journal: events, confirm: false });
    expect(refused.sent).toEqual(['DELETE /first']);
    expect(refused.summary.outcome).toBe('failed');
  });

  it('inside a block whose always has something to put right is a no where nobody answers', async () => {
    const block = (first: string) => `  - id: block
    on: es
    steps:
      - ${first}
      - { id: ask, confirm: Really?, call: PUT /asked }
    always: [{ id: open, call: POST /open }]
`;
    const write = await runIn(planOf(block('{ id: close, call: POST /close, undone_by: open }')), { confirm: 'later' });
    expect(write.asking).toMatchObject([{ canWait: false }]);
    expect(write.sent).toEqual(['POST /close', 'POST /open']);
    expect(write.summary).toMatchObject({ outcome: 'failed', failure: { reason: { kind: 'not-confirmed' } } });

    const read = await runIn(planOf(block('{ id: look, call: GET /look }')), { confirm: 'later' });
    expect(read.asking).toMatchObject([{ canWait: true }]);
    expect(read.summary.outcome).toBe('waiting-for-confirmation');
  });
});
