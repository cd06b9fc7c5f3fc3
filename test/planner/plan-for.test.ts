import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  nodesIn,
  type PlannedBlock,
  type PlannedNode,
  type PlannedRequest,
  planId,
  skipReasonText,
} from '../../src/plan/index.ts';
import { environmentText, head, planOf, tryPlan } from '../support.ts';

const messages = (steps: string, options: Parameters<typeof tryPlan>[1] = {}) =>
  tryPlan(steps, options).diagnostics.map(({ message }) => message);
const request = (node: PlannedNode | undefined) => (node as PlannedRequest).request;

describe('the progress of a poll', () => {
  const plan = (progress: string) =>
    `  - { id: a, on: es, as: recovery, call: GET /a, until: { x: 1 }, progress: { ${progress} } }\n`;
  const progressIn = (progress: string, sets: string[] = []) =>
    (planOf(plan(progress), { sets }).steps[0] as PlannedRequest).progress;

  it('is a planned read, with the connection and identity of its step or its own', () => {
    const measures = [{ done: 'x', total: { path: 'y' }, unit: 'shards' }];
    expect(progressIn("call: 'GET /{{inputs.name}}/_recovery', done: x, total: y, unit: shards")).toEqual({
      request: { type: 'http', connection: 'es', identity: 'recovery', method: 'GET', path: '/one/_recovery' },
      measures,
    });
    expect(
      progressIn('on: other, as: es/recovery, call: GET /far, measures: [{ done: x, total: y, unit: shards }]'),
    ).toEqual({
      request: { type: 'http', connection: 'other', identity: 'es/recovery', method: 'GET', path: '/far' },
      measures,
    });
    expect(progressIn('done: x, unit: shards')).toEqual({ measures: [{ done: 'x', unit: 'shards' }] });
  });

  it('has a total as far as planning knows it', () => {
    const totalIn = (total: string) => progressIn(`done: x, total: ${total}, unit: shards`)?.measures[0]?.total;
    expect(totalIn('12')).toEqual({ value: 12 });
    expect(totalIn("'{{length inputs.names}}'")).toEqual({ value: 2 });
  });
});

describe('a plan', () => {
  const steps = `  - { id: a, on: es, call: 'PUT /{{inputs.name}}', body: { list: '{{inputs.names}}', key: '{{inputs.key}}', id: '{{run.id}}' } }\n`;

  it('renders what is known and leaves what only the run knows', () => {
    const plan = planOf(steps);
    expect(request(plan.steps[0])).toEqual({
      type: 'http',
      connection: 'es',
      method: 'PUT',
      path: '/one',
      body: { list: ['a', 'b'], key: '{{inputs.key}}', id: '{{run.id}}' },
    });
    expect(plan.inputs.key).toEqual({ secret: { env: 'KEY' } });
  });

  it('has the same bytes and the same id each time; another input gives others', () => {
    const ids = new Set<string>();
    for (const name of ['one', 'one', 'two']) ids.add(planId(planOf(steps, { sets: [`name=${name}`] })));
    expect(ids.size).toBe(2);
    expect(canonicalJson(planOf(steps))).toBe(canonicalJson(planOf(steps)));
  });

  it('is deterministic whatever the value, and holds it as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
        const plan = planOf(`  - { id: a, on: es, call: PUT /x, body: { v: '{{inputs.name}}' } }\n`, {
          sets: [`name=${value}`],
        });
        expect(
          canonicalJson(
            planOf(`  - { id: a, on: es, call: PUT /x, body: { v: '{{inputs.name}}' } }\n`, {
              sets: [`name=${value}`],
            }),
          ),
        ).toBe(canonicalJson(plan));
        expect(plan.inputs.name).toEqual({ value });
      }),
      { numRuns: 30 },
    );
  });

  it('has as its id the SHA-256 of what it prints as JSON', () => {
    const plan = planOf(steps);
    const sum = createHash('sha256').update(canonicalJson(plan)).digest('hex');
    expect(sum).toBe(planId(plan));
  });

  it('decides conditions over inputs, and says why a step is skipped', () => {
    const plan = planOf(
      `  - { id: a, on: es, call: PUT /a, when: { inputs.name: one } }\n  - { id: b, on: es, call: PUT /b, when: { inputs.name: { not: one } } }\n`,
    );
    expect(plan.steps[0]).not.toHaveProperty('when');
    expect(plan.steps[1]).toMatchObject({
      kind: 'skipped',
      reason: { kind: 'condition-not-met', subject: 'inputs.name', actual: 'one', expect: { not: 'one' } },
    });
  });

  it('decides alternatives as far as it can: one that is met decides, one that is not is left out', () => {
    const when = (any: string) =>
      planOf(
        `  - { id: look, on: es, call: GET /a, save: { n: n } }\n  - { id: a, on: es, call: PUT /a, when: { any: [${any}] } }\n`,
      ).steps[1];
    const no = '{ inputs.name: two }';
    const open = '{ steps.look.n: 1, length inputs.name: 3 }';
    expect(when(`${no}, { inputs.name: one, length inputs.name: 3 }, ${open}`)).not.toHaveProperty('when');
    expect(when(`${no}, ${open}`)).toMatchObject({ when: [{ subject: 'steps.look.n', expect: 1 }] });
    expect(when(`${open}, { steps.look.n: { exists: false } }`)).toMatchObject({
      when: [
        {
          any: [[{ subject: 'steps.look.n', expect: 1 }], [{ subject: 'steps.look.n', expect: { exists: false } }]],
        },
      ],
    });
    const skipped = when(`${no}, { inputs.name: three }`);
    expect(skipped).toMatchObject({ kind: 'skipped', reason: { kind: 'no-alternative-met' } });
    expect(skipped?.kind === 'skipped' && skipReasonText(skipped.reason)).toBe(
      'no alternative is met: inputs.name is "one", needed: "two"; inputs.name is "one", needed: "three"',
    );
  });

  it('leaves alternatives that are about the items of a loop to each iteration', () => {
    const [loop] = planOf(
      "  - { id: a, on: es, for_each: [1, 2, 3], when: { any: [{ item: 1 }, { item: 3 }] }, call: 'PUT /x{{item}}' }\n",
    ).steps;
    expect(loop?.kind === 'block' && loop.steps.map(({ kind }) => kind)).toEqual(['request', 'skipped', 'request']);
  });

  it('skips what is on an optional connection that the environment does not have', () => {
    const environment = environmentText.replace(/ {2}other:.*\n/, '');
    const plan = planOf('  - { id: a, on: other, call: PUT /a }\n', { environment });
    expect(plan.steps[0]).toMatchObject({ kind: 'skipped', reason: { kind: 'no-connection', connection: 'other' } });
    expect(plan.environment.connections).toEqual({});
  });

  it('unrolls a loop over a known list', () => {
    const plan = planOf(
      `  - { id: a, on: es, for_each: '{{inputs.names}}', call: 'PUT /{{item}}', save: { n: n } }\n  - { id: b, on: es, call: PUT /b, body: '{{steps.a.n}}' }\n`,
    );
    expect(
      (plan.steps[0] as PlannedBlock).steps.map((step) => [step.id, (request(step) as { path: string }).path]),
    ).toEqual([
      ['a#1', '/a'],
      ['a#2', '/b'],
    ]);
    expect(request(plan.steps[1])).toMatchObject({ body: '{{list steps.[a#1].n steps.[a#2].n}}' });
  });

  it('plans the steps of a block with until once for all iterations; behind it, their names are those of the last', () => {
    const fragments = {
      'part.yaml': `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { connection: { type: connection } }
outputs: { left: '{{steps.look.left}}' }
steps: [{ id: look, on: '{{inputs.connection}}', call: GET /look, save: { left: left } }]
`,
    };
    const text = (until: string, more = '') => `  - id: block
    on: es
    until: { ${until} }
    max_iterations: 7
    every: 2s
    steps:
      - { id: a, call: GET /, save: { x: x } }
      - { id: part, use: part.yaml, with: { connection: es } }
      - { id: c, call: 'PUT /{{steps.a.x}}', rollback: [{ call: 'DELETE /{{steps.a.x}}' }] }
    always: [{ id: d, call: POST /d }]
${more}`;
    const after = "  - { id: after, on: es, call: 'PUT /{{steps.a.x}}' }\n";
    const plan = planOf(text('steps.a.x: 1, inputs.name: one', after), { fragments });
    const [block] = plan.steps as PlannedBlock[];
    expect(block?.repeat).toEqual({
      until: [{ subject: 'steps.[a#*].x', expect: 1 }],
      max_iterations: 7,
      every_ms: 2_000,
    });
    expect(nodesIn(plan).flatMap(({ node, section }) => (section === 'preflight' ? [] : [node.id]))).toEqual(
      expect.arrayContaining(['block', 'a#*', 'part#*', 'part#*/look', 'c#*', 'c#*~rollback~1', 'd', 'after']),
    );
    expect(request(plan.steps[1])).toMatchObject({ path: '/{{steps.a.x}}' });

    expect(
      messages(text('steps.part.left: 0', "  - { id: after, on: es, call: 'PUT /{{steps.part.left}}' }\n"), {
        fragments,
      }),
    ).toEqual([
      expect.stringContaining('what a fragment gives is not kept beyond the iteration of a block with until'),
    ]);
    expect(messages(text('inputs.name: one'), { fragments })).toEqual([
      'until always passes: it reads nothing that an iteration saves',
    ]);
    expect(messages(text('inputs.name: two'), { fragments })).toEqual([
      'until never passes: it reads nothing that an iteration saves',
    ]);
  });

  it('shows no call that is not sent in the header of a loop, nor of one inside another', () => {
    const plan = planOf(
      `  - id: outer
    on: es
    for_each: '{{inputs.names}}'
    title: 'All of {{item}}'
    steps:
      - { id: inner, for_each: [x, y], call: 'PUT /{{item}}', disruptive: true }
      - { id: joined, for_each: [[x], [y]], confirm: 'Really {{join item ","}}?', call: 'PUT /{{join item ","}}' }
`,
    );
    const loops = nodesIn(plan).flatMap(({ node }) => (node.kind === 'block' ? [node] : []));
    expect(loops.map(({ id, title, confirm }) => [id, title, confirm].join(' | '))).toEqual([
      'outer | All of ‹item› | ',
      'outer#1 | All of a | ',
      'inner#1 | PUT /‹item› | PUT /‹item›: proceed?',
      'joined#1 | PUT /‹join item ","› | Really ‹join item ","›?',
      'outer#2 | All of b | ',
      'inner#2 | PUT /‹item› | PUT /‹item›: proceed?',
      'joined#2 | PUT /‹join item ","› | Really ‹join item ","›?',
    ]);
  });

  it('expands a fragment with its inputs and outputs, under names of its own', () => {
    const fragments = {
      'part.yaml': `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { connection: { type: connection }, names: { type: list }, text: { type: string } }
outputs: { uuid: '{{steps.look.uuid}}' }
steps:
  - { id: look, on: '{{inputs.connection}}', call: 'GET /{{join inputs.names "-"}}/{{inputs.text}}', save: { uuid: cluster_uuid } }
`,
    };
    const plan = planOf(
      `  - { id: first, on: es, call: GET /, save: { list: list } }
  - { id: a, use: part.yaml, with: { connection: es, names: '{{steps.first.list}}', text: 'of {{run.id}}' } }
  - { id: b, on: es, call: 'GET /{{steps.a.uuid}}' }
`,
      { fragments },
    );
    expect((plan.steps[1] as PlannedBlock).steps[0]).toMatchObject({
      id: 'a/look',
      number: '2.1',
      at: 'part.yaml:7:5',
      request: { connection: 'es', path: '/{{join steps.first.list "-"}}/{{concat "of " run.id}}' },
    });
    expect(request(plan.steps[2])).toMatchObject({ path: '/{{steps.[a/look].uuid}}' });
  });

  it('checks each connection, with each login that is used there, before the first write', () => {
    const plan = planOf('  - { id: a, on: es, call: PUT /a }\n  - { id: b, on: es, as: recovery, call: PUT /b }\n');
    expect(plan.preflight.map(({ id }) => id)).toEqual(['preflight/es/recovery', 'preflight/es']);
    expect(plan.preflight[0]?.expect.body[0]).toMatchObject({
      subject: 'version.number',
      expect: { version_in: '7.10.x' },
    });
  });
});

describe('an identity that the runbook chooses', () => {
  const steps = `  - { id: a, on: es, as: "{{connections.es.identity}}", call: PUT /a }
  - { id: b, on: es, call: PUT /b, when: { connections.es.identity: restored } }
  - { id: c, on: other, as: es/restored, call: GET /c, when: { connections.es.identity: restored } }
`;
  const whole = head.replace(
    'es: { kind: elasticsearch }',
    'es: { kind: elasticsearch, identity: { any_of: [recovery, restored], valid_later: [restored], message: Add one of them. } }',
  );
  const planned = (environment: string) => tryPlan(whole + steps, { environment, whole: true });

  it('is the first that the environment has', () => {
    const plan = planned(environmentText).value;
    expect(plan?.steps.map((step) => (step.kind === 'request' ? step.request : step.kind))).toMatchObject([
      { identity: 'recovery' },
      'skipped',
      'skipped',
    ]);
    expect(plan?.locks).toMatchObject([
      { connection: 'es', identity: 'recovery', path: '/runbook-locks/_doc/cluster' },
    ]);
  });

  it('that is valid only later is not required before the first write, and takes the lock over', () => {
    const plan = planned(environmentText.replace('recovery:', 'restored:')).value;
    expect(plan?.preflight.map(({ id, expect: { status } }) => [id, status])).toEqual([
      ['preflight/es/restored', [200, 401]],
      ['preflight/es', [200]],
      ['preflight/other/es/restored', [200]],
    ]);
    expect(plan?.locks).toMatchObject([
      { connection: 'es', successor: 'restored', path: '/runbook-locks/_doc/cluster' },
    ]);
    // Who reads the plan sees where the credentials go.
    expect(plan?.environment.connections.other?.identities).toEqual({
      'es/restored': { type: 'bearer', secret: { env: 'TOKEN' } },
    });
  });

  it('is an error, with what to do, where the environment has none of them', () => {
    const { diagnostics } = planned(environmentText.replace('recovery:', 'another:'));
    expect(diagnostics).toMatchObject([
      {
        message: 'the environment "test" gives the connection "es" none of the identities recovery, restored',
        help: 'Add one of them.',
      },
    ]);
  });
});

describe('planning refuses', () => {
  it.each<[string, string, Parameters<typeof tryPlan>[1], string]>([
    ['an unknown --set', '', { sets: ['nmae=x'] }, 'the runbook has no such input — did you mean "name"?'],
    ['a --set without a value', '', { sets: ['name'] }, 'expected NAME=VALUE'],
    [
      'a secret on the command line',
      '',
      { sets: ['key=hunter22'] },
      'a secret on the command line is visible in the process list',
    ],
    [
      'a literal secret in the environment',
      '',
      { environment: environmentText.replace('{ env: KEY }', 'hunter22') },
      '"key" is a secret and is a literal here',
    ],
    [
      'a missing input',
      '',
      { environment: environmentText.replace('key:', 'other_key:') },
      'the input "key" has no value',
    ],
    [
      'a missing connection',
      '',
      { environment: environmentText.replace('  es:', '  ess:') },
      'the environment "test" has no connection "es" — did you mean "ess"?',
    ],
    [
      'an identity that the environment does not have',
      '  - { id: b, on: es, as: recovry, call: GET / }\n',
      {},
      'the environment "test" gives the connection "es" no identity "recovry" — did you mean "recovery"?',
    ],
    [
      'an identity of another connection that this one does not have',
      '  - { id: b, on: other, as: es/recovry, call: GET / }\n',
      {},
      'the environment "test" gives the connection "es" no identity "recovry" — did you mean "recovery"?',
    ],
    [
      'an empty value in a path',
      "  - { id: b, on: es, call: 'PUT /{{inputs.name}}' }\n",
      { sets: ['name='] },
      'a value put into the path /{{inputs.name}} is empty: the call would address something else',
    ],
    [
      'a value of a step that is skipped',
      "  - { id: b, on: es, when: { inputs.name: two }, call: GET /, save: { x: y } }\n  - { id: c, on: es, call: 'GET /{{steps.b.x}}' }\n",
      {},
      'step "b" is skipped (inputs.name is "one", needed: "two"), so it saves no "x"',
    ],
  ])('%s', (_what, steps, options, message) => {
    expect(messages(`  - { id: a, on: es, call: GET / }\n${steps}`, options)).toEqual([message]);
  });

  it.each([
    ['a path', "call: 'GET /{{inputs.text}}'", 'in a path or parameter: servers and proxies log those'],
    ['an assertion', "call: GET /, expect: { body: { a: '{{inputs.text}}' } }", 'in an assertion: '],
    ['a poll', "call: GET /, until: { a: { not: '{{inputs.text}}' } }", 'in an assertion: '],
    ['a condition', 'when: { inputs.text: abc }, call: GET /', 'in a condition: '],
    ['an alternative', 'when: { any: [{ run.id: a }, { inputs.text: abc }] }, call: GET /', 'in a condition: '],
    ['a loop', "for_each: '{{inputs.text}}', call: GET /", 'in a for_each: '],
  ])('a secret that a fragment puts into %s', (_where, step, expected) => {
    const part = `apiVersion: runbook/v1
fragment: part
title: A part
inputs: { connection: { type: connection }, text: { type: string } }
steps:
  - { id: look, on: '{{inputs.connection}}', ${step} }
`;
    const found = messages("  - { id: a, use: part.yaml, with: { connection: es, text: '{{inputs.key}}' } }\n", {
      fragments: { 'part.yaml': part },
    });
    expect(found).toEqual([expect.stringContaining(`the secret key ${expected}`)]);
  });
});
