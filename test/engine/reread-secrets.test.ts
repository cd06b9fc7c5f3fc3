import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

const plan = planOf(`  - { id: look, on: es, call: GET /look, save: { name: name, key: { path: key, secret: true } } }
  - { id: first, on: es, call: PUT /first }
  - { id: use, on: es, call: PUT /use, body: { key: '{{steps.look.key}}', name: '{{steps.look.name}}' } }
`);
const answer = (call: string) => (call === 'GET /look' ? ok({ name: 'a', key: 'a-secret-value' }) : ok());

describe('a secret of a process that has ended', () => {
  it('is read again for the step that needs it, and what is on record stays as it was', async () => {
    const { events } = await runIn(plan, { answer });
    const journal = until(events, (event) => event.type === 'write-intended' && event.step === 'first');
    const renamed = (call: string) => (call === 'GET /look' ? ok({ name: 'b', key: 'a-newer-secret' }) : ok());
    const { sent, calls, summary } = await runIn(plan, { journal, decide: 'done', answer: renamed });
    expect(summary.outcome).toBe('done');
    expect(sent).toEqual(['GET /look', 'PUT /use']);
    expect(calls[1]?.request).toMatchObject({ body: { key: 'a-newer-secret', name: 'a' } });
  });

  it('that cannot be read again fails the step that needs it, and says why', async () => {
    const { events } = await runIn(plan, { answer });
    const journal = until(events, (event) => event.type === 'write-intended' && event.step === 'first');
    const refused = (call: string) => (call === 'GET /look' ? ok({}, 403) : ok());
    const { sent, summary } = await runIn(plan, { journal, decide: 'done', answer: refused });
    expect(sent).toEqual(['GET /look']);
    expect(summary.failure).toMatchObject({
      step: 'use',
      reason: { kind: 'secret-not-reread', step: 'look', cause: { kind: 'unexpected-response' } },
    });
  });

  it('leaves what its process had read back last, where the check needs it and nothing is sent to read it', async () => {
    const own = planOf(`  - { id: look, on: es, call: GET /look, save: { key: { path: key, secret: true } } }
  - id: write
    on: es
    call: PUT /_security/user/kara
    body: {}
    unchanged_when: { call: GET /own, expect: { status: 200, body: { key: '{{steps.look.key}}' } } }
    rollback: [{ id: back, on: es, call: PUT /back }]
`);
    const secrets = (call: string) => {
      if (call === 'PUT /_security/user/kara') return { kind: 'no-response', sent: 'maybe', cause: 'timeout' } as const;
      return ok({ key: call === 'GET /look' ? 'a-secret-value' : 'another-value' });
    };
    const { events, summary: first } = await runIn(own, { answer: secrets });
    expect(first).toMatchObject({ outcome: 'failed', can_be_rolled_back: [] });
    const rolledBack = await runIn(own, { answer: secrets, journal: events, rollback: 'now' });
    expect(rolledBack.sent).toEqual([]);
    expect(rolledBack.events.find(({ type }) => type === 'rollback-skipped')).toMatchObject({ step: 'write' });
  });
});
