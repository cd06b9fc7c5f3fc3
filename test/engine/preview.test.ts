import { describe, expect, it } from 'vitest';
import { createRedactor, previewRollback, type SendResult } from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { rollbackText } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

const plan = () =>
  planOf(`  - { id: look, on: es, call: GET /look, save: { names: names, old: old, token: { path: token, secret: true } } }
  - id: swap
    on: es
    call: PUT /swap
    rollback:
      - { id: since, title: 'What is there beside {{join steps.look.names ","}}', call: GET /users, expect: { status: [2xx, 4xx] }, save: { names: 'keys(@)' } }
      - { id: said, severity: warning, when: { without steps.since.names steps.look.names: { empty: false } }, note: 'Created since: {{join (without steps.since.names steps.look.names) ","}}.' }
      - { id: unsaid, when: { steps.look.old: 2 }, note: 'It was two.' }
      - { id: undo, title: 'Put back {{steps.look.old}}', call: 'PUT /{{join steps.look.names ","}}', body: { old: '{{steps.look.old}}', token: '{{steps.look.token}}', key: '{{inputs.key}}' }, save: { at: at } }
      - { id: each, for_each: '{{steps.look.names}}', call: 'DELETE /{{item}}' }
      - { id: later, when: { steps.undo.at: { exists: true } }, call: 'GET /{{steps.undo.at}}', until: { x: '{{steps.look.old}}', y: '{{run.id}}' } }
`);

const answers = (call: string): SendResult =>
  call === 'GET /look' ? ok({ names: ['a', 'b'], old: 1, token: 'the-token-of-the-server' }) : ok();

async function previewed(of: Plan, users: SendResult, answer = answers) {
  const { events } = await runIn(of, { answer });
  const redactor = createRedactor();
  redactor.add('the-secret-key');
  const sent: string[] = [];
  const previews = await previewRollback(
    of,
    { id: 'run-1', redactor, journal: events },
    {
      send: async ({ request, effect }) => {
        sent.push(`${effect}: ${request.type === 'http' ? `${request.method} ${request.path}` : ''}`);
        return users;
      },
      now: () => 0,
      monotonic: () => 0,
    },
  );
  return { text: rollbackText(previews, of), sent, previews };
}

describe('the preview of a rollback', () => {
  it('has the calls as they will be sent, with what the run saved and no secret', async () => {
    const { text } = await previewed(plan(), ok({ a: {}, b: {} }));

    expect(text).toContain('Put back 1');
    expect(text).toMatch(/PUT +http:\/\/127\.0\.0\.1:9200\/a,b$/m);
    expect(text).toMatch(/DELETE +http:\/\/127\.0\.0\.1:9200\/a$/m);
    expect(text).toMatch(/DELETE +http:\/\/127\.0\.0\.1:9200\/b$/m);
    expect(text).toContain('"old": 1');
    expect(text).toContain('"key": "‹secret inputs.key›"');
    expect(text).not.toMatch(/\{\{steps\.look|the-token|the-secret/);
    // What the rollback itself will save is not known before.
    expect(text).toContain('GET       http://127.0.0.1:9200/<value of step 2.r4: at>');
    expect(text).toContain('when      <value of step 2.r4: at>: a value');
    expect(text).toContain('until     x = 1; y = run-1 —');
  });

  it('sends the reads before the first write, and says what they and the notes say now', async () => {
    const { text, sent } = await previewed(plan(), ok({ a: {}, kara: {} }));

    expect(sent).toEqual(['read: GET /users']);
    expect(text).toContain('What is there beside a,b');
    expect(text).toContain('GET /users on es: status 200');
    expect(text).toContain('  WARNING: Created since: kara.');
    expect(text).toContain('unsaid: skipped, steps.look.old is 1, needed: 2');
  });

  it('has no warning where nothing was created since', async () => {
    const { text } = await previewed(plan(), ok({ a: {} }));
    expect(text).not.toContain('WARNING');
  });

  it('says what it could not read, and waits for nobody', async () => {
    const { text, sent } = await previewed(plan(), lost());

    expect(sent).toHaveLength(1);
    expect(text).toMatch(/GET \/users on es: .*connection reset/);
    expect(text).not.toContain('WARNING');
    expect(text).toContain('PUT ');
  });

  it('has nothing of what is not to be rolled back', async () => {
    const { previews, sent } = await previewed(plan(), ok(), (call) =>
      call === 'PUT /swap' ? ok({ error: { type: 'x', reason: 'no' } }, 400) : answers(call),
    );
    expect([previews, sent]).toEqual([[], []]);
  });
});
