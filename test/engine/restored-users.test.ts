import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { lost, ok, runIn, until } from './world.ts';

const plan = planOf(`
  - id: restore
    on: es
    call: POST /_snapshot/own/one/_restore
    body: { indices: '.kibana_1,.security-7' }
    done_when: { call: GET /restored, expect: { status: 200 } }
    rollback: [{ id: back, call: POST /_snapshot/own/safety/_restore, body: { feature_states: [security] } }, { id: seen, call: GET /seen }]
  - { id: next, on: es, call: GET /next }
  - { id: elsewhere, on: other, call: GET /elsewhere }
`);
const unauthorized = ok(
  { error: { type: 'security_exception', reason: 'unable to authenticate user [elastic]' } },
  401,
);
const sentence = (words: string, snapshot = 'own/one') =>
  `This run ${words} sent a restore of the users of es (snapshot ${snapshot}): with it the passwords become those of the snapshot's source.`;

describe('a 401 after this run has restored the users', () => {
  it('says whose the passwords are, at that server and at no other', async () => {
    const { reasons, events } = await runIn(plan, {
      answer: (call) => (call === 'GET /restored' ? ok({}, 404) : call === 'GET /next' ? unauthorized : ok()),
    });
    expect(reasons.next).toContain(sentence('has'));
    expect(JSON.stringify(events)).toContain('"users-restored"');

    const other = await runIn(plan, {
      answer: (call) => (call === 'GET /restored' ? ok({}, 404) : call === 'GET /elsewhere' ? unauthorized : ok()),
    });
    expect(other.reasons.elsewhere).not.toContain('This run');
  });

  it('says it of the last restore, which may be that of a rollback', async () => {
    const { summary, reasons } = await runIn(plan, {
      answer: (call, count) => {
        if (call === 'GET /restored') return ok({}, count === 1 ? 404 : 200);
        return call === 'GET /next' ? ok({}, 500) : call === 'GET /seen' ? unauthorized : ok();
      },
    });
    expect(summary.failure?.step).toBe('next');
    expect(reasons.seen).toContain(sentence('has', 'own/safety'));
  });

  it('says nothing of a restore that was refused, and says where it is not known', async () => {
    const reasonsWith = async (restore: ReturnType<typeof ok> | ReturnType<typeof lost>) => {
      const answer = (call: string) => (call.startsWith('POST ') ? restore : unauthorized);
      return Object.values((await runIn(plan, { answer })).reasons).join();
    };
    expect(await reasonsWith(ok({}, 400))).not.toContain('This run');
    expect(await reasonsWith(lost())).not.toContain('This run has');
    const { reasons } = await runIn(plan, {
      answer: (call, count) => {
        if (call === 'GET /restored') return count === 1 ? ok({}, 404) : unauthorized;
        return call.startsWith('POST ') ? lost() : ok();
      },
    });
    expect(reasons.restore).toContain(sentence('may have'));
  });

  it.each([
    ['response', 'has'],
    ['write-intended', 'may have'],
  ] as const)('is told by the next process, too, where the journal ends at the %s', async (type, words) => {
    const first = await runIn(plan, {
      answer: (call, count) => (call === 'GET /restored' && count === 1 ? ok({}, 404) : ok()),
    });
    const journal = until(
      first.events,
      (event) => event.type === type && event.step === 'restore' && event.call.effect === 'write',
    );
    const { reasons } = await runIn(plan, { journal, answer: (call) => (call === 'GET /next' ? unauthorized : ok()) });
    expect(reasons.next).toContain(sentence(words));
  });
});
