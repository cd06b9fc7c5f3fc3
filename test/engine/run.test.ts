import { describe, expect, it } from 'vitest';
import { planText } from '../../src/report/plan-text.ts';
import { environmentText, head, planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

describe('the clock of a run', () => {
  const plan = planOf(`  - { id: a, on: es, call: PUT /a, body: { at: '{{run.started_at}}', ms: '{{run.started_ms}}' } }
  - { id: wait, on: es, call: GET /w, until: { x: 1 }, every: 1h, timeout: 9h }
  - { id: b, on: es, call: PUT /b, body: { at: '{{run.started_at}}', ms: '{{run.started_ms}}' } }
  - { id: c, on: es, call: GET /c, expect: { body: { '$run.started_ms - end': { less_than: '{{ms "24h"}}' } } } }
`);
  const start = Date.UTC(2026, 2, 1, 9, 30);
  const body = { at: '2026-03-01T09:30:00.000Z', ms: start };
  const bodies = ({ calls }: Awaited<ReturnType<typeof runIn>>) =>
    calls.flatMap(({ request }) => (request.type === 'http' && request.body !== undefined ? [request.body] : []));
  const answer = (call: string, count: number) =>
    ok(call === 'GET /w' && count < 3 ? {} : { x: 1, end: start - 86_399_999 });

  it('is read once, and is a name in a plan', async () => {
    expect(JSON.stringify(plan.steps[0])).toContain('{{run.started_at}}');
    const run = await runIn(plan, { now: start, answer });
    expect(bodies(run)).toEqual([body, body]);
    expect(run.summary.outcome).toBe('done');
    expect(run.events.find(({ type }) => type === 'run-started')?.at).toBe(body.at);
  });

  it('is the same in another process, whatever its clock says', async () => {
    const { events } = await runIn(plan, { now: start, answer });
    const journal = until(events, (event) => event.type === 'step-finished' && event.step === 'wait');
    const resumed = await runIn(plan, { now: start + 1e9, journal, answer });
    expect(bodies(resumed)).toEqual([body]);
    expect(resumed.summary.outcome).toBe('done');
  });
});

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

  it('sends the secret members of an object, and records references', async () => {
    const keys =
      '  keys: { type: object, properties: { user: { type: string, default: u }, id: { type: string, secret: true } } }\n';
    const plan = planOf(
      `${head.replace('connections:', () => `${keys}connections:`)}  - { id: a, on: es, call: PUT /x, body: { keys: '{{inputs.keys}}' } }\n`,
      { whole: true, environment: environmentText.replace('inputs:\n', 'inputs:\n  keys: { id: { env: ID } }\n') },
    );
    const { calls, events } = await runIn(plan, { secrets: { 'keys.id': 'the-secret-id' } });

    expect(calls[0]?.request).toMatchObject({ body: { keys: { user: 'u', id: 'the-secret-id' } } });
    expect(JSON.stringify(events)).not.toContain('the-secret-id');
    expect(JSON.stringify(events)).toContain('‹secret inputs.keys.id›');
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

  it('says before its preflight, and at its end, which connections have no TLS', async () => {
    const environment = environmentText.replace('127.0.0.1:9200', 'es.example:9200');
    const plan = planOf(write('a'), { environment });
    const { events, summary } = await runIn(plan);
    const warning = expect.stringMatching(/^es \(http:\/\/es.example:9200\) is reached without TLS: credentials/);
    expect(events[1]).toMatchObject({ type: 'noted', step: 'preflight/es', severity: 'warning', note: warning });
    expect(summary.notes).toEqual([{ severity: 'warning', note: warning }]);
    expect(planText(plan, 'id')).toContain('WARNING      es (http://es.example:9200) is reached without TLS');
    for (const last of ['noted', 'step-finished', 'write-intended']) {
      const resumed = await runIn(plan, { journal: until(events, ({ type }) => type === last) });
      expect(resumed.events.filter(({ type }) => type === 'noted')).toEqual([]);
      expect(resumed.summary.notes).toHaveLength(1);
    }
    expect((await runIn(planOf(write('a')))).summary.notes).toEqual([]);
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
