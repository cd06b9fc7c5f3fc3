import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planOf, tryPlan } from '../support.ts';
import { ok, runIn } from './world.ts';

const finished = (events: Awaited<ReturnType<typeof runIn>>['events'], step: string) =>
  events.find((event) => event.type === 'step-finished' && event.step === step);

describe('what a step saves', () => {
  const plan = planOf(`  - id: look
    on: es
    call: GET /look
    save:
      name: name
      none: nothing.here
      key: { path: key, secret: true }
      mark: { path: name, digest: true }
  - { id: use, on: es, call: PUT /x, body: ['{{steps.look.name}}', '{{steps.look.key}}'] }
`);

  it('is recorded, what is secret by its name only; what is not there is not saved', async () => {
    const { events, calls } = await runIn(plan, { answer: () => ok({ name: 'a', key: 'k1' }) });
    expect(finished(events, 'look')).toMatchObject({
      saved: { name: 'a', mark: 'ac8d8342bbb2362d13f0a559a3621bb407011368895164b628a54f7fc33fc43c' },
      saved_secrets: ['key'],
    });
    expect(finished(events, 'look')).not.toHaveProperty('saved.none');
    expect(calls[1]?.request).toMatchObject({ body: ['a', 'k1'] });
  });

  it('is a mark in the record where it is sent, though it is too short to be found in texts', async () => {
    const { events } = await runIn(plan, { answer: () => ok({ name: 'a', key: 'k1' }) });
    const intended = events.find((event) => event.type === 'write-intended');
    expect(intended).toMatchObject({ call: { body: ['a', '‹secret›'] } });
  });

  it('may be a header, whatever the case of its name; a secret one is nowhere in the record', async () => {
    const headers = planOf(`  - id: look
    on: es
    call: GET /look
    expect: { headers: { x-token: { not: 'x{{run.id}}' } } }
    save: { tag: headers.ETag, none: headers.X-None, own: '@.headers.etag', token: { path: headers.X-Token, secret: true } }
  - { id: use, on: es, call: PUT /x, headers: { If-Match: '{{steps.look.tag}}' }, body: { t: '{{steps.look.token}}' } }
`);
    const answer = { ...ok({ headers: { etag: 'of the body' } }), headers: { etag: 'v7', 'x-token': 'the-session' } };
    const { events, calls } = await runIn(headers, { answer: () => answer });
    expect(finished(events, 'look')).toMatchObject({
      saved: { tag: 'v7', own: 'of the body' },
      saved_secrets: ['token'],
    });
    expect(calls[1]?.request).toMatchObject({ headers: { 'If-Match': 'v7' }, body: { t: 'the-session' } });
    expect(JSON.stringify(events)).not.toContain('the-session');
    expect(events.find((event) => event.type === 'asserted' && event.of === 'header')).toMatchObject({
      actual: '‹secret›',
      passed: true,
    });
  });

  it('is its default where the response has no such value, or null, and the step that reads it gets that', async () => {
    const defaults = planOf(`  - id: look
    on: es
    call: GET /look
    save:
      none: { path: none, default: null }
      unset: { path: unset, default: 'of {{inputs.name}} {{run.id}}' }
      zero: { path: zero, default: 5 }
      mark: { path: none, digest: true, default: [] }
      key: { path: none, secret: true, default: nobody }
  - { id: use, on: es, call: PUT /x, body: { none: '{{steps.look.none}}', all: ['{{steps.look.unset}}', '{{steps.look.zero}}', '{{steps.look.mark}}'] } }
`);
    const { events, calls } = await runIn(defaults, { answer: () => ok({ unset: null, zero: 0 }) });
    expect(finished(events, 'look')).toMatchObject({
      saved: { none: null, unset: 'of one run-1', zero: 0, mark: [] },
      saved_secrets: ['key'],
    });
    expect(calls[1]?.request).toMatchObject({ body: { none: null, all: ['of one run-1', 0, []] } });
  });

  it('as a default is as secret as what it is made of', async () => {
    const chained = planOf(`  - { id: look, on: es, call: GET /look, save: { key: { path: key, secret: true } } }
  - { id: other, on: es, call: GET /other, save: { key: { path: key, default: '{{steps.look.key}}' } } }
  - { id: use, on: es, call: PUT /x, body: { key: '{{steps.other.key}}' } }
`);
    const { events, calls } = await runIn(chained, {
      answer: (call) => ok(call === 'GET /look' ? { key: 'k1' } : {}),
    });
    expect(finished(events, 'other')).toMatchObject({ saved: {}, saved_secrets: ['key'] });
    expect(calls.at(-1)?.request).toMatchObject({ body: { key: 'k1' } });
    expect(JSON.stringify(events)).not.toContain('"k1"');
  });

  it('puts an unset setting back as it was, whatever became of the restart (p1-rolling-restart)', async () => {
    const trial = readFileSync(
      new URL('../cli/trials/p1-rolling-restart/rolling-restart-7.10.yaml', import.meta.url),
      'utf8',
    );
    const environment = `apiVersion: runbook/v1
environment: test
connections: { cluster: { url: 'http://127.0.0.1:9200' } }
`;
    const { value, diagnostics } = tryPlan(trial, { whole: true, environment, sets: ['nodes=n1'] });
    expect(diagnostics).toEqual([]);
    if (!value) return;
    for (const [persistent, allocation] of [
      [{}, null],
      [{ 'cluster.routing.allocation.enable': 'all' }, 'all'],
    ] as const) {
      for (const hasJoined of [true, false]) {
        const { calls, summary } = await runIn(value, {
          answer: (call, count) => {
            if (call === 'GET /_cluster/settings') return ok({ persistent, transient: {} });
            if (call === 'GET /_cat/nodes') return ok(hasJoined || count === 1 ? [{ name: 'n1' }] : []);
            return ok(call === 'GET /_cluster/health' ? { status: 'green' } : { acknowledged: true });
          },
        });
        const puts = calls.flatMap(({ request }) =>
          request.type === 'http' && request.path === '/_cluster/settings' && request.method === 'PUT'
            ? [request.body]
            : [],
        );
        const setting = (to: string | null) => ({ persistent: { 'cluster.routing.allocation.enable': to } });
        expect(puts).toEqual([setting('primaries'), setting(allocation)]);
        expect([summary.outcome, summary.cleanup_failures, summary.left]).toEqual([
          hasJoined ? 'done' : 'failed',
          [],
          [],
        ]);
      }
    }
  });

  it('of a loop is secret item by item where the list is', async () => {
    const loop = planOf(`  - { id: look, on: es, call: GET /look, save: { keys: { path: keys, secret: true } } }
  - id: each
    on: es
    for_each: '{{steps.look.keys}}'
    steps: [{ id: put, call: PUT /x, body: { key: '{{item}}' } }]
`);
    const { events, calls } = await runIn(loop, { answer: () => ok({ keys: ['k1', 'k2'] }) });
    expect(calls.slice(1).map(({ request }) => request)).toMatchObject([
      { body: { key: 'k1' } },
      { body: { key: 'k2' } },
    ]);
    const bodies = events.flatMap((event) => (event.type === 'write-intended' ? [event.call.body] : []));
    expect(bodies).toEqual([{ key: '‹secret›' }, { key: '‹secret›' }]);
  });
});
