import { describe, it } from 'vitest';
import { forecastSentence, forecastText, reportOf } from '../../src/report/index.ts';
import { ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';

const plan = planOf(`
  - { id: there, on: es, call: PUT /there, done_when: { call: GET /there, expect: { status: 200 } } }
  - { id: new, on: es, call: PUT /new, done_when: { call: GET /new, expect: { status: 200 } } }
  - { id: of-new, on: es, call: GET /new/_count, expect: { body: { there: true } }, save: { name: name } }
  - { id: by-name, on: es, call: 'PUT /{{steps.of-new.name}}' }
  - { id: never, on: es, when: { inputs.name: { not: one } }, call: PUT /never }
  - id: each
    for_each: '{{inputs.names}}'
    steps:
      - { id: one, on: es, call: 'PUT /{{item}}', done_when: { call: 'GET /{{item}}', expect: { status: 200 } } }
  - { id: held, on: es, call: GET /held, expect: { body: { held: true } } }
  - { id: behind, on: es, call: PUT /behind, rollback: [{ id: undo, call: DELETE /behind }] }
`);

async function forecast(held: boolean) {
  const { events } = await runIn(plan, {
    mode: 'dry',
    answer: (call) =>
      ['GET /there', 'GET /b'].includes(call) ? ok() : call === 'GET /held' ? ok({ held }) : ok({}, 404),
  });
  return reportOf(plan, events, { head: 'abc', events: events.length }).forecast ?? [];
}

describe('what a dry run predicts', () => {
  it('is one prediction for each step of the plan, with the step that it depends on', async ({ expect }) => {
    const found = await forecast(true);

    expect(
      forecastText(found),
    ).toBe(`  p1 preflight/es: es (http://127.0.0.1:9200) is reachable, accepts user elastic, and is Elasticsearch 7.10.x → passed
  1 there [WRITE]: PUT /there → no change (already in place; content not compared)
  2 new [WRITE]: PUT /new → would change
  3 of-new: GET /new/_count → may depend on step 2: now status: expected 2xx, actual 404
  4 by-name [WRITE]: PUT /{{steps.of-new.name}} → may depend on step 3: it needs steps.of-new.name
  5 never: PUT /never → skipped: inputs.name is "one", needed: not "one"
  6 each: 1 step
    6.1 each#1: 1 step
      6.1.1 one#1 [WRITE]: PUT /a → would change, as it is now (may depend on step 4)
    6.2 each#2: 1 step
      6.2.1 one#2 [WRITE]: PUT /b → may depend on step 4
  7 held: GET /held → passed
  8 behind [WRITE]: PUT /behind → would change
`);
    expect(forecastSentence(found)).toBe(
      '6 writes: 3 would change, 1 no change (1 already in place, content not compared), 2 may depend on earlier writes; nothing was written',
    );
  });

  it('is that what stands behind a failed assertion is blocked by it', async ({ expect }) => {
    const alone = planOf(`
  - id: whole
    done_when: { on: es, call: GET /whole, expect: { status: 200 } }
    steps: [{ id: inside, on: es, call: PUT /inside }]
  - { id: held, on: es, call: GET /held, expect: { body: { held: true } } }
  - { id: behind, on: es, call: PUT /behind }
`);
    const { events } = await runIn(alone, { mode: 'dry', answer: () => ok({ held: false }) });
    const found = reportOf(alone, events, { head: 'abc', events: events.length }).forecast ?? [];

    expect(forecastText(found)).toContain('1.1 inside [WRITE]: PUT /inside → no change, as block 1\n');
    expect(forecastText(found)).toContain('2 held: GET /held → FAILS: held: expected true, actual false\n');
    expect(forecastText(found)).toContain('3 behind [WRITE]: PUT /behind → blocked by step 2\n');
    expect(forecastSentence(found)).toBe(
      '2 writes: 0 would change, 1 no change (1 already in place, content not compared), 1 blocked; nothing was written',
    );
  });

  it('is a number per item where only the run knows how many there are', async ({ expect }) => {
    const loops = planOf(`
  - { id: make, on: es, call: PUT /list }
  - { id: list, on: es, call: GET /list, save: { names: names } }
  - { id: each, on: es, for_each: '{{steps.list.names}}', call: 'PUT /{{item}}' }
`);
    const { events } = await runIn(loops, { mode: 'dry', answer: () => ok({}, 404) });
    const found = reportOf(loops, events, { head: 'abc', events: events.length }).forecast ?? [];

    expect(forecastText(found)).toContain(
      '2 list: GET /list → may depend on step 1: now status: expected 2xx, actual 404\n',
    );
    expect(forecastText(found)).toMatch(/each.*\[WRITE\]: .* → once per item of step 3\n/);
    expect(forecastSentence(found)).toBe(
      '1 write: 1 would change, 0 no change, and 1 write per item of step 3; nothing was written',
    );
  });

  it('is that of the first iteration where only the run knows how often steps that write are repeated', async ({
    expect,
  }) => {
    const plan = planOf(`
  - id: drain
    on: es
    until: { steps.left.count: 0 }
    max_iterations: 5
    steps:
      - { id: delete, call: POST /delete, keep: a test }
      - { id: left, call: GET /left, save: { count: count } }
  - { id: after, on: es, call: PUT /after, keep: a test }
`);
    const { events } = await runIn(plan, { mode: 'dry', answer: () => ok({ count: 3 }) });
    const found = reportOf(plan, events, { head: 'abc', events: events.length }).forecast ?? [];

    expect(forecastText(found)).toContain('1 drain: 2 steps → may depend on step 1.1\n');
    expect(forecastText(found)).toContain('1.1 delete#1 [WRITE]: POST /delete → would change in the first iteration\n');
    expect(forecastSentence(found)).toBe(
      '1 write: 1 would change, 0 no change, and 1 write per iteration of step 1; nothing was written',
    );
  });

  it('counts by itself what is sent once per item of a list in a list, and at most what a condition may leave out', async ({
    expect,
  }) => {
    const loops = planOf(`
  - { id: make, on: es, call: PUT /list }
  - { id: list, on: es, call: GET /list, save: { rows: rows } }
  - id: each
    for_each: '{{steps.list.rows}}'
    steps:
      - { id: outer, on: es, call: 'PUT /{{item.name}}' }
      - { id: inner, on: es, for_each: '{{item.names}}', call: 'PUT /in-{{item}}' }
      - { id: known, on: es, for_each: [a, b], when: { steps.list.rows: { length: 9 } }, call: 'PUT /{{item}}' }
  - { id: look, on: es, call: GET /x, expect: { body: { x: 1 } } }
`);
    const { events } = await runIn(loops, { mode: 'dry', answer: () => ok({}, 404) });
    const found = reportOf(loops, events, { head: 'abc', events: events.length }).forecast ?? [];
    const text = forecastText(found);

    expect(text).toMatch(/outer#\* \[WRITE\]: .* → once per item of step 3\n/);
    expect(text).toMatch(/inner#\*#\* \[WRITE\]: .* → once per item of step 3\.\*\.2\n/);
    expect(text).toMatch(/known#\*#2 \[WRITE\]: .* → at most once per item of step 3\n/);
    expect(text).toContain('4 look: GET /x → may depend on step 3.*.3.2: now');
    expect(forecastSentence(found)).toBe(
      '1 write: 1 would change, 0 no change, and at most 3 writes per item of step 3, and 1 write per item of step 3.*.2; nothing was written',
    );
  });
});
