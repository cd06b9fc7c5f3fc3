import { describe, expect, it } from 'vitest';
import type { PlannedRequest } from '../../src/plan/index.ts';
import { diffOf } from '../../src/report/diff.ts';
import { conditionText, savesText } from '../../src/report/words.ts';
import { planOf, tryPlan } from '../support.ts';
import { ok, runIn } from './world.ts';

const nodes = [
  { name: 'one', id: 'i1' },
  { name: 'two', id: 'i2' },
];

describe('variables in the JMESPath of a step', () => {
  const steps = `  - { id: find-it, on: es, call: GET /nodes, save: { id: '[?name == $inputs.name].id | [0]' } }
  - id: each
    on: es
    for_each: '{{inputs.names}}'
    call: GET /node
    expect: { body: { "contains([$steps.\\"find-it\\".id, $item, $run.id], id)": true } }
`;
  const plan = planOf(steps, { sets: ['name=two" || "x', 'names=i2,other'] });

  it('are in the plan beside the expression, which stays as it is written', () => {
    expect((plan.steps[0] as PlannedRequest).save).toEqual({
      id: { path: '[?name == $inputs.name].id | [0]', variables: { inputs: { name: 'two" || "x' } } },
    });
    expect(plan.steps[1]).toMatchObject({
      steps: [
        {
          expect: {
            body: [
              {
                subject: 'contains([$steps."find-it".id, $item, $run.id], id)',
                variables: {
                  steps: { 'find-it': { id: '{{steps.find-it.id}}' } },
                  item: 'i2',
                  run: { id: '{{run.id}}' },
                },
              },
            ],
          },
        },
        {},
      ],
    });
  });

  it('are what the run knows then', async () => {
    const named = [{ name: 'two" || "x', id: 'i3' }];
    const { reasons, outcomes } = await runIn(plan, {
      answer: (call, count) =>
        call === 'GET /nodes' ? ok([...nodes, ...named]) : ok({ id: count === 1 ? 'i3' : 'i2' }),
    });
    expect(outcomes).toMatchObject({ 'find-it': 'done', 'each#1': 'done', 'each#2': 'failed' });
    expect(reasons['each#2']).toContain('contains([$steps."find-it".id, $item, $run.id], id)');
  });

  it('conceal what they choose where one of them is secret', async () => {
    const secret = planOf(`  - { id: login, on: es, call: GET /key, save: { key: { path: key, secret: true } } }
  - id: who
    on: es
    call: GET /nodes
    save: { name: '[?id == $steps.login.key].name | [0]' }
    expect: { body: { '[?id == $steps.login.key].name | [0]': two } }
  - { id: all, on: es, call: GET /nodes, expect: { body: { "[?name == $steps.who.name] | [0].id": i2 } } }
`);
    const { events, summary } = await runIn(secret, {
      answer: (call) => ok(call === 'GET /key' ? { key: 'i2' } : nodes),
    });
    expect(summary.outcome).toBe('done');
    const finished = events.find((event) => event.type === 'step-finished' && event.step === 'who');
    expect(finished).toMatchObject({ saved: {}, saved_secrets: ['name'] });
    expect(JSON.stringify(events)).not.toMatch(/"two"|"i2"/);
  });

  it('choose how far a poll is', async () => {
    const poll = planOf(
      `  - { id: a, on: es, call: GET /a, until: { '[?name == $inputs.name] | [0].id': i1 }, progress: { done: '[?name == $inputs.name].n | [0]', unit: shards } }\n`,
    );
    const { events } = await runIn(poll, {
      answer: (_call, count) => ok(count === 1 ? [{ name: 'one', n: 5 }] : nodes),
    });
    expect(events.filter(({ type }) => type === 'progress')).toMatchObject([{ measures: [{ done: 5 }] }]);
  });

  it('may read one member of an object whose other members are secret, and no secret', () => {
    const whole = (query: string) => `apiVersion: runbook/v1
name: test
elasticsearch: 7.10.x
title: A test
inputs: { login: { type: object, properties: { user: { type: string, default: me }, key: { type: string, secret: true } } } }
connections: { es: { kind: elasticsearch } }
steps:
  - { id: a, on: es, call: GET /a, save: { x: '${query}' } }
`;
    const environment = `apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:9200' } }
inputs: { login: { key: { env: KEY } } }
`;
    const planned = tryPlan(whole('[?n == $inputs.login.user]'), { whole: true, environment });
    expect(planned.diagnostics).toEqual([]);
    expect(planned.value?.steps[0]).toMatchObject({
      save: { x: { variables: { inputs: { login: { user: 'me' } } } } },
    });
    expect(() => tryPlan(whole('[?n == $inputs.login.key]'), { whole: true, environment })).toThrow(
      /secret "login.key"/,
    );
  });

  it('are those of the fragment that they stand in', () => {
    const fragment = `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { connection: { type: connection }, wanted: { type: string } }
steps:
  - { id: look, on: '{{inputs.connection}}', call: GET /, expect: { body: { '[?name == $inputs.wanted] | [0].id': i1 } } }
`;
    const used = planOf(
      `  - { id: p, use: part.yaml, with: { connection: es, wanted: 'x {{inputs.name}} {{run.id}}' } }\n`,
      { fragments: { 'part.yaml': fragment } },
    );
    expect(used.steps[0]).toMatchObject({
      steps: [{ expect: { body: [{ variables: { inputs: { wanted: '{{concat "x one " run.id}}' } } }] } }],
    });
  });
});

describe('a reviewer of JMESPath with variables', () => {
  const step = (name: string) =>
    planOf(
      `  - { id: a, on: es, call: GET /a, expect: { body: { "[?n == $inputs.name]": { empty: true } } }, save: { x: $inputs.name } }\n`,
      {
        sets: [`name=${name}`],
      },
    );

  it('reads what they are', () => {
    const planned = step('one').steps[0] as PlannedRequest;
    expect(planned.expect.body.map(conditionText)).toEqual([
      '[?n == $inputs.name]: nothing in it where $inputs = {"name":"one"}',
    ]);
    expect(savesText(planned)).toBe('x = $inputs.name where $inputs = {"name":"one"}');
  });

  it('is shown where two plans differ in one', () => {
    expect(JSON.stringify(diffOf(step('one'), 'one', step('two'), 'two').steps)).toContain('variables');
  });
});
