import { describe, expect, it } from 'vitest';
import { factsOf, unfoundedIn } from '../../src/report/sentences/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, until } from './world.ts';

const fails = '  - { id: last, on: es, call: GET /last }\n';
/** A world in which the last step fails; everything else is answered by `answer`. */
const world = (answer: (call: string, count: number) => ReturnType<typeof ok | typeof lost> = () => ok()) => ({
  answer: (call: string, count: number) => (call === 'GET /last' ? ok({}, 404) : answer(call, count)),
});

describe('at the end of a run that has not succeeded, a write', () => {
  it('is left in place where nothing rolls it back: it is listed with its call, and a person has to act', async () => {
    const plan = planOf(
      `  - { id: a, on: es, call: PUT /a }\n  - { id: b, on: es, call: PUT /b, rollback: [{ call: DELETE /b }] }\n${fails}`,
    );
    const { summary, sent } = await runIn(plan, world());

    expect(sent).toEqual(['PUT /a', 'PUT /b', 'GET /last', 'DELETE /b']);
    expect(summary).toMatchObject({
      outcome: 'intervention-required',
      rolled_back: true,
      left: [{ step: 'a', call: { connection: 'es', request: 'PUT /a' }, reason: { kind: 'no-rollback' } }],
    });
  });

  it('is kept where the runbook says so, and is not rolled back', async () => {
    const plan = planOf(
      `  - id: block\n    on: es\n    steps: [{ id: a, call: PUT /a, keep: 'for the auditors of {{run.id}}' }]\n    rollback: [{ call: DELETE /block }]\n${fails}`,
    );
    const { summary, sent } = await runIn(plan, world());

    expect(sent).toEqual(['PUT /a', 'GET /last']);
    expect(summary).toMatchObject({
      outcome: 'failed',
      rolled_back: false,
      kept: [{ step: 'a', call: { request: 'PUT /a' }, reason: 'for the auditors of run-1' }],
      left: [],
    });
  });

  it('is put right by a step of always that succeeds; where that fails, its block is rolled back', async () => {
    const plan = planOf(
      `  - id: block
    on: es
    steps: [{ id: close, call: POST /close, undone_by: open }, { id: look, call: GET /last }]
    always: [{ id: open, call: POST /open }]
    rollback: [{ call: POST /put-back }]
`,
    );
    const opened = await runIn(plan, world());
    expect(opened.sent).toEqual(['POST /close', 'GET /last', 'POST /open']);
    expect(opened.summary).toMatchObject({ outcome: 'failed', left: [] });

    const closed = await runIn(
      plan,
      world((call) => (call === 'POST /open' ? ok({}, 500) : ok())),
    );
    expect(closed.sent.at(-1)).toBe('POST /put-back');
    expect(closed.summary).toMatchObject({ outcome: 'intervention-required', left: [] });
  });

  it('is accounted for in each iteration of a loop by itself', async () => {
    const plan = planOf(
      `  - { id: names, on: es, call: GET /names, save: { all: '@' } }
  - id: each
    on: es
    for_each: '{{steps.names.all}}'
    steps: [{ id: close, call: 'POST /{{item}}/close', undone_by: open }]
    always: [{ id: open, call: 'POST /{{item}}/open' }]
${fails}`,
    );
    const { summary } = await runIn(
      plan,
      world((call) => (call === 'GET /names' ? ok(['x', 'y']) : call === 'POST /y/open' ? ok({}, 500) : ok())),
    );
    expect(summary.left).toMatchObject([{ step: 'close#2', call: { request: 'POST /y/close' } }]);
  });

  it('went with what the rollback of another step has deleted, unless its own response was lost', async () => {
    const plan = planOf(`  - { id: make, on: es, call: PUT /x, rollback: [{ call: DELETE /x }] }
  - { id: document, on: es, call: PUT /x/_doc/1 }
  - { id: other, on: es, call: PUT /xy/_doc/1 }
  - { id: late, on: es, call: PUT /x/_doc/2 }
${fails}`);
    const ended = await runIn(
      plan,
      world((call) => (call === 'PUT /x/_doc/2' ? lost() : ok())),
    );
    expect(ended.summary.left.map(({ step, certain }) => [step, certain])).toEqual([
      ['other', true],
      ['late', false],
    ]);
    expect(unfoundedIn(factsOf(plan, ended.events))).toEqual([]);

    // A DELETE that may have been of an alias, that somebody tolerates, or that is not always sent, has deleted nothing for sure.
    for (const removal of [
      "{ call: DELETE /x, query: { ignore_unavailable: 'true' } }",
      '{ call: DELETE /x, expect: { status: [200, 400] } }',
      '{ call: DELETE /x, when: { run.id: run-1 } }',
      '{ call: DELETE /x*, query: { expand_wildcards: all } }',
      '{ call: POST /x/_close }',
    ]) {
      const other = planOf(
        `  - { id: make, on: es, call: PUT /x, rollback: [${removal}] }\n  - { id: document, on: es, call: PUT /x/_doc/1 }\n${fails}`,
      );
      const { summary } = await runIn(other, world());
      expect([removal, ...summary.left.map(({ step }) => step)]).toEqual([removal, 'document']);
    }
  });

  it('went with it in the same iteration of a loop only', async () => {
    const plan = planOf(
      `  - { id: names, on: es, call: GET /names, save: { all: '@' } }
  - id: each
    on: es
    for_each: '{{steps.names.all}}'
    steps:
      - { id: make, call: 'PUT /{{item}}', rollback: [{ call: 'DELETE /{{item}}' }] }
      - { id: document, call: 'PUT /{{item}}/_doc/1' }
${fails}`,
    );
    const ended = (failing: string) =>
      runIn(
        plan,
        world((call) => (call === 'GET /names' ? ok(['x', 'y']) : call === failing ? ok({}, 500) : ok())),
      );
    expect((await ended('')).summary).toMatchObject({ outcome: 'failed', left: [] });
    const { summary, events } = await ended('DELETE /y');
    expect(summary.left.map(({ step }) => step)).toEqual(['make#2', 'document#2']);
    expect(unfoundedIn(factsOf(plan, events))).toEqual([]);
  });

  it('leaves nothing where it only clears a cache', async () => {
    const plan = planOf(`  - { id: a, on: es, call: POST /_security/realm/*/_clear_cache }\n${fails}`);
    expect((await runIn(plan, world())).summary).toMatchObject({ outcome: 'failed', left: [], kept: [] });
  });

  it('is left as it is where nobody wants a rollback', async () => {
    const plan = planOf(`  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }\n${fails}`);
    const { summary } = await runIn(plan, { ...world(), rollback: 'never' });
    expect(summary).toMatchObject({
      outcome: 'intervention-required',
      can_be_rolled_back: ['a'],
      left: [{ step: 'a', reason: { kind: 'rollback-not-requested' } }],
    });
  });

  it('is accounted for by the process that goes on, too', async () => {
    const plan = planOf(
      `  - { id: a, on: es, call: PUT /a }\n  - { id: k, on: es, call: PUT /k, keep: wanted }\n${fails}`,
    );
    const { events } = await runIn(plan, world());
    const journal = until(events, (event) => event.type === 'step-finished' && event.step === 'k');
    const { summary, sent } = await runIn(plan, { ...world(), journal });
    expect(sent).toEqual(['GET /last']);
    expect(summary).toMatchObject({ left: [{ step: 'a' }], kept: [{ step: 'k' }] });
  });
});

describe('a rollback looks again', () => {
  const step = (more = '') =>
    `  - { id: a, on: es, call: PUT /a, done_when: { call: GET /a, expect: { body: { made: true } } }, rollback: [{ call: DELETE /a }]${more} }\n`;
  const made = ok({ made: true });
  const missing = ok({}, 404);

  it('and rolls back nothing that somebody else has deleted meanwhile', async () => {
    const { summary, sent, events } = await runIn(
      planOf(step() + fails),
      world((call) => (call === 'GET /a' ? missing : ok())),
    );
    expect(sent).toEqual(['GET /a', 'PUT /a', 'GET /last', 'GET /a', 'GET /a']);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'rollback-skipped',
        step: 'a',
        reason: expect.objectContaining({ kind: 'not-in-place' }),
      }),
    );
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: false, left: [] });
  });

  it('and rolls back nothing that somebody else has changed meanwhile, and says so', async () => {
    const { summary, sent } = await runIn(
      planOf(step() + fails),
      world((call, count) => (call === 'GET /a' ? (count === 1 ? missing : ok({ made: 'otherwise' })) : ok())),
    );
    expect(sent).not.toContain('DELETE /a');
    expect(summary).toMatchObject({
      outcome: 'intervention-required',
      left: [{ step: 'a', reason: { kind: 'changed-since' } }],
    });
  });

  it('and rolls back what it cannot look at', async () => {
    const { sent } = await runIn(
      planOf(step() + fails),
      world((call, count) => (call === 'GET /a' ? (count === 1 ? missing : ok({}, 401)) : ok())),
    );
    expect(sent).toContain('DELETE /a');
  });

  it('and rolls back what an assertion has found wanting: a part of it may be in place', async () => {
    const { sent, summary } = await runIn(
      planOf(step(', expect: { body: { all: true } }')),
      world((call, count) => (call === 'GET /a' ? (count < 3 ? ok({ made: 'half' }) : missing) : ok({ all: false }))),
    );
    expect(sent).toContain('DELETE /a');
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true, left: [] });
  });

  it('at the end, for what arrives late is in place all the same', async () => {
    // The request is lost, is not there in any read-back, and arrives while the run ends.
    const { sent, summary } = await runIn(
      planOf(step()),
      world((call, count) => (call === 'PUT /a' ? lost() : call === 'GET /a' ? (count < 7 ? missing : made) : ok())),
    );
    expect(sent).not.toContain('DELETE /a');
    expect(summary.outcome).toBe('intervention-required');
    expect(summary.left).toMatchObject([{ step: 'a', reason: { kind: 'in-place-at-the-end' } }]);
  });

  it('and rolls back no block in which nothing took effect or everything was put right', async () => {
    const plan = planOf(`  - id: swap
    on: es
    steps:
      - { id: close, call: POST /close, undone_by: open }
      - { id: restore, call: POST /restore, done_when: { call: GET /restored, expect: { status: 200 } } }
    always: [{ id: open, call: POST /open }]
    rollback: [{ call: POST /put-back }]
`);
    const never = (call: string) => (call === 'POST /restore' ? lost() : call === 'GET /restored' ? missing : ok());
    const { sent, summary } = await runIn(plan, { answer: never });
    expect(sent).not.toContain('POST /put-back');
    expect(summary).toMatchObject({ outcome: 'failed', left: [] });

    const late = (call: string, count: number) => (call === 'GET /restored' && count > 6 ? ok() : never(call));
    const arrived = await runIn(plan, { answer: late });
    expect(arrived.summary).toMatchObject({ outcome: 'intervention-required', left: [{ step: 'restore' }] });
  });

  it('and rolls back the block where one of its writes is known to have taken effect', async () => {
    const plan = planOf(`  - id: swap
    on: es
    steps:
      - { id: restore, call: POST /restore, done_when: { call: GET /restored, expect: { status: 200 } } }
      - { id: look, call: GET /last }
    rollback: [{ call: POST /put-back }]
`);
    // A shard has failed: the check of the whole does not find it, and a part of it is there.
    const { sent } = await runIn(
      plan,
      world((call) => (call === 'GET /restored' ? missing : ok())),
    );
    expect(sent).toContain('POST /put-back');
  });

  it('not at what is kept, and not after a second signal', async () => {
    const plan = planOf(step().replace('rollback: [{ call: DELETE /a }]', 'keep: wanted') + fails);
    const { sent, summary } = await runIn(
      plan,
      world((call) => (call === 'GET /a' ? missing : ok())),
    );
    expect(sent.filter((call) => call === 'GET /a')).toHaveLength(1);
    expect(summary.kept).toMatchObject([{ step: 'a' }]);
  });
});
