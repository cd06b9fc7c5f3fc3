import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodesIn, type Plan } from '../../src/plan/index.ts';
import { formats, planSummaryText, withoutColour } from '../../src/report/index.ts';
import { countsText, legend, summaryOf, type WriteLine } from '../../src/report/plan-summary.ts';
import { planText } from '../../src/report/plan-text.ts';
import { hashOf } from '../../src/runs/index.ts';
import { planOf } from '../support.ts';
import { hostileSubject, planSubject } from './bad-day.ts';
import { bundled, bundledPlan } from './bundled-plans.ts';

const shown = (plan: Plan, width: number) => planSummaryText(plan, 'an-id', { width, paint: withoutColour });
const writesOf = (plan: Plan) =>
  nodesIn(plan).flatMap(({ node }) => (node.kind === 'request' && node.effect === 'write' ? [node.id] : []));
const lines = (plan: Plan): WriteLine[] => {
  const { writes, rollback } = summaryOf(plan);
  return [...writes, ...rollback];
};
const line = (plan: Plan, id: string): WriteLine => {
  const found = lines(plan).find((one) => one.id === id);
  if (!found) throw new Error(`no line of ${id}`);
  return found;
};

const anyCall = fc.constantFrom(
  'PUT /a',
  'POST /a/_close',
  'DELETE /a',
  'POST /unknown',
  'PUT /_security/user/{{inputs.name}}',
);
const anyRead = fc.record({ call: fc.constant('GET /a') });

/** What cleans up or rolls back: nothing rolls it back itself. */
const { undo: anyUndo } = fc.letrec<{ one: object; undo: object[] }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.record({ call: anyCall }),
    anyRead,
    fc.record({ steps: tie('undo'), always: tie('undo') }, { requiredKeys: ['steps'] }),
    fc.record({ for_each: fc.constant('{{steps.first.list}}'), steps: tie('undo') }),
  ),
  undo: fc.array(tie('one'), { minLength: 1, maxLength: 3 }),
}));

/** Steps of any shape: blocks in blocks, always, rollbacks of steps and of blocks, loops that only the run counts. */
const { steps: anySteps } = fc.letrec<{ step: object; steps: object[] }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    fc.record({ call: anyCall, disruptive: fc.constant(true), rollback: anyUndo }, { requiredKeys: ['call'] }),
    fc.record({ call: anyCall, keep: fc.constant('a reason') }),
    anyRead,
    fc.record(
      { steps: tie('steps'), always: anyUndo, rollback: anyUndo, disruptive: fc.constant(true) },
      { requiredKeys: ['steps'] },
    ),
    fc.record({ for_each: fc.constant('{{steps.first.list}}'), steps: tie('steps') }),
  ),
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
}));

function anyPlan(steps: readonly object[], rollback: readonly object[]): Plan {
  let count = 0;
  const onEs = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(onEs);
    if (typeof value !== 'object' || value === null) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, onEs(item)]));
    return { id: `s${++count}`, ...('call' in inner ? { on: 'es' } : {}), ...inner };
  };
  const first = { id: 'first', on: 'es', call: 'GET /first', save: { list: 'list' } };
  const all = onEs([first, ...steps]);
  const undo = rollback.length > 0 ? `rollback: ${JSON.stringify(onEs(rollback))}\n` : '';
  return planOf(` ${JSON.stringify(all)}\n${undo}`);
}

describe('the summary of a plan', () => {
  it.each(bundled)('of %s at 80 columns', async (name) => {
    const { plan } = await bundledPlan(name);
    const text = shown(plan, 80);
    for (const one of text.split('\n')) expect(one.length).toBeLessThanOrEqual(80);
    // What an input's value says stays as it is; what only a run can fill is in words.
    expect(text).not.toContain('{{');
    await expect(text).toMatchFileSnapshot(`../golden/summary/${name}.txt`);
  });

  it.each(bundled)('knows what each write of %s may do', async (name) => {
    for (const set of [[], ...(name.includes('copy') || name.includes('merge') ? [['existing=overwrite']] : [])]) {
      const planned = await bundledPlan(name, name.startsWith('visualizations') ? [] : set);
      expect(lines(planned.plan).filter(({ marks }) => marks.includes('?'))).toEqual([]);
      expect(lines(planned.plan).filter(({ isLeft }) => isLeft)).toEqual([]);
    }
  });

  it('has each write once, and no other, whatever the plan is like', () => {
    fc.assert(
      fc.property(anySteps, fc.oneof(fc.constant([]), anyUndo), (steps, rollback) => {
        const plan = anyPlan(steps, rollback);
        const { writes, calls } = summaryOf(plan);
        expect(
          lines(plan)
            .flatMap(({ id = [] }) => id)
            .sort(),
        ).toEqual(writesOf(plan).sort());
        expect(calls.reduce((sum, count) => sum + count.writes, 0)).toBe(writes.length);
        // And on the screen: its number begins a line.
        for (const width of [60, 200]) {
          const text = shown(plan, width);
          for (const { number } of lines(plan).filter(({ id }) => id !== undefined))
            expect(
              text.split('\n').filter((one) => one.slice(8).startsWith(`${number} `) && /^ {2}[+~·?-]/.test(one)),
            ).toHaveLength(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says what undoes each write', () => {
    const plan = planOf(`
  - { id: own, on: es, call: PUT /own, rollback: [{ call: DELETE /own }] }
  - { id: kept, on: es, call: PUT /kept, keep: 'The audit wants {{inputs.name}}.' }
  - { id: left, on: es, call: PUT /left }
  - { id: passing, on: es, call: POST /left/_refresh }
  - id: block
    disruptive: true
    steps:
      - { id: close, on: es, call: POST /x/_close, undone_by: open }
      - { id: restore, on: es, call: POST /_snapshot/r/s/_restore, rollback: [{ call: DELETE /y }, { call: DELETE /z }] }
    always: [{ id: open, on: es, call: POST /x/_open }]
    rollback: [{ id: back, on: es, call: POST /_snapshot/r/safety/_restore }]
`);
    expect(
      Object.fromEntries(
        lines(plan).map(({ id = 'lock', marks, disruptive, undone }) => [
          id,
          `${marks}${disruptive ? '!' : ''} ${undone}`,
        ]),
      ),
    ).toEqual({
      lock: '+ the end of the run',
      own: '+ 1.r1',
      'own~rollback~1': '- 1',
      kept: '+ kept on purpose',
      left: '+ NOTHING',
      passing: '· nothing to undo',
      close: '~! 5.3, else rollback of 5',
      restore: '+~! rollback of 5.2, rollback of 5',
      'restore~rollback~1': '-! 5.2',
      'restore~rollback~2': '-! 5.2',
      open: '~! it cleans up',
      back: '+~! 5',
    });
    expect(line(plan, 'left').isLeft).toBe(true);
    expect(line(plan, 'kept').notes).toEqual(['kept: The audit wants one.']);
    expect(line(plan, 'restore').notes).toEqual(['may overwrite indices of the same names']);
    expect(shown(plan, 200)).toContain('rollback of 5.2, rollback of 5');
  });

  it('counts the calls by connection, locks among the writes, and those in a loop of the run for one item', () => {
    const plan = planOf(`
  - { id: look, on: es, call: GET /look, save: { names: names } }
  - { id: known, for_each: '{{inputs.names}}', on: es, call: 'PUT /{{item}}', keep: k }
  - id: loop
    for_each: '{{steps.look.names}}'
    steps:
      - { id: read, on: other, call: 'GET /{{item}}' }
      - { id: write, on: es, call: 'PUT /_security/role/{{item}}', when: { steps.look.names: { empty: false } }, keep: k }
  - { id: off, when: { inputs.name: two }, on: es, call: PUT /off }
`);
    expect(summaryOf(plan).calls).toEqual([
      { connection: 'es', reads: 2, writes: 3 },
      { connection: 'es', per: { each: 'item', number: '3' }, reads: 0, writes: 1 },
      { connection: 'other', reads: 1, writes: 0 },
      { connection: 'other', per: { each: 'item', number: '3' }, reads: 1, writes: 0 },
    ]);
    expect(countsText(plan)).toBe(
      '3 reads, 3 writes (1 lock among them), 1 read and 1 write per item of step 3, 1 skipped',
    );
    expect(line(plan, 'write#*').notes).toEqual([
      'may overwrite the role',
      'once per item of step 3',
      'only if <value of step 1>: something in it',
      'kept: k',
    ]);
  });

  it('counts what is repeated for one iteration, and what always runs after it by itself', () => {
    const plan = planOf(`
  - id: drain
    on: es
    until: { steps.left.count: 0 }
    max_iterations: 5
    every: 2s
    steps:
      - { id: delete, call: PUT /_security/role/a, undone_by: open, rollback: [{ id: back, call: PUT /_security/role/b }] }
      - { id: left, call: GET /left, save: { count: count } }
    always: [{ id: open, call: POST /open }]
`);
    expect(countsText(plan)).toBe('1 read, 2 writes (1 lock among them), 1 read and 1 write per iteration of step 1');
    expect(line(plan, 'delete#*').notes).toContain('once per iteration of step 1');
    expect(line(plan, 'back#*').notes).toContain('once per iteration of step 1');
    expect(line(plan, 'open').notes).not.toContain('once per iteration of step 1');
    expect(planText(plan, 'an-id')).toContain('until <value of step 1.2: count> = 0 — every 2s, at most 5 iterations');
  });

  it('names what is disruptive or asks, when it may run, and what its author warns of', () => {
    const plan = planOf(`
  - { id: look, on: es, call: GET /look, save: { n: n } }
  - { id: drop, title: Drop it, disruptive: true, on: es, call: DELETE /x, keep: k }
  - { id: ask, title: Ask, confirm: true, when: { steps.look.n: 1 }, on: es, call: PUT /y, keep: k }
  - { id: warn, when: { steps.look.n: 2 }, severity: warning, note: 'There are {{steps.look.n}}.' }
`);
    const { questions, warnings } = summaryOf(plan);
    expect(questions.map(({ id, disruptive, notes }) => [id, disruptive, notes])).toEqual([
      [
        'drop',
        true,
        [
          'requires confirmation: a terminal asks, a pipeline says --confirm drop',
          'at any time: the environment has no maintenance window',
        ],
      ],
      [
        'ask',
        false,
        ['requires confirmation: a terminal asks, a pipeline says --confirm ask', 'only if <value of step 1> = 1'],
      ],
    ]);
    expect(warnings).toEqual([{ number: '4', note: 'There are <value of step 1>.', when: ['<value of step 1> = 2'] }]);
  });

  it('says the same at any width, in colour or not, and nothing is lost where it is wrapped', async () => {
    const { plan } = await bundledPlan('users-7.10');
    const words = (text: string) => stripVTControlCharacters(text).split(/\s+/).sort().join(' ');
    const painted = planSummaryText(plan, 'an-id', { width: 80, paint: (_style, text) => `\u001b[1m${text}\u001b[0m` });
    expect(stripVTControlCharacters(painted)).toBe(shown(plan, 80));
    const calls = lines(plan).map(({ call }) => call);
    for (const call of calls) expect(shown(plan, 300)).toContain(call);
    expect(words(shown(plan, 300))).toBe(words(shown(plan, 400)));
    // Wide characters take two columns.
    const wide = shown(
      planOf(`  - { id: a, title: 关闭索引关闭索引关闭索引关闭索引关闭索引, on: es, call: PUT /a, keep: k }\n`),
      60,
    );
    expect(wide).toMatch(/^ {2}\+ {5}1 {5}关\S+ {3}kept on purpose$/m);
  });

  it('is first in Markdown and HTML, before every call', async () => {
    const { plan } = await bundledPlan('users-copy-7.10');
    const markdown = formats.markdown.render(planSubject(plan));
    const html = formats.html.render(planSubject(plan));
    for (const [text, first, then] of [
      [markdown, '#### Writes', '#### Before the first write'],
      [html, '<h2 id="summary">', '<h2 id="steps">'],
    ] as const) {
      expect(text.indexOf(first)).toBeGreaterThan(0);
      expect(text.indexOf(then)).toBeGreaterThan(text.indexOf(first));
    }
    for (const text of [markdown, html]) expect(text).not.toContain('{{');
    for (const { id } of lines(plan))
      if (id !== undefined) expect(html).toContain(`<a href="#step-${encodeURIComponent(id)}">`);
  });

  it('sends nothing to a terminal, whatever a runbook says', async () => {
    const { plan } = await hostileSubject();
    for (const width of [40, 80, 200]) {
      const text = shown(plan, width);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text).not.toMatch(/^\s*::/m);
    }
  });

  it('has its marks on the page that explains them', () => {
    const page = readFileSync('docs/plans.md', 'utf8');
    const marks = [...page.matchAll(/^\| `(.)` +\|/gm)].map(([, mark]) => mark);
    expect(marks.sort()).toEqual(Object.keys(legend).sort());
  });

  it('is no part of the plan: the machine formats are its bytes', async () => {
    const { plan, id } = await bundledPlan('users-7.10');
    const subject = planSubject(plan);
    shown(plan, 80);
    expect(hashOf(formats.json.render(subject))).toBe(id);
    expect(formats.json.render(subject)).toContain('{{run.id}}');
  });
});
