import { describe, expect, it } from 'vitest';
import { nodesIn } from '../../src/plan/index.ts';
import { formats } from '../../src/report/index.ts';
import { readable, readableText } from '../../src/report/readable.ts';
import { planOf } from '../support.ts';
import { planSubject } from './bad-day.ts';

const plan = planOf(`
  - { id: a, on: es, call: GET /a, save: { names: names, n: n } }
  - id: loop
    for_each: '{{steps.a.names}}'
    steps: [{ id: each, on: es, call: 'GET /{{item.x}}', save: { y: y } }]
  - id: write
    title: 'Close {{steps.a.n}}'
    on: es
    when: { steps.a.n: 3, any: [{ length steps.a.names: { at_least: 1 }, steps.a.n: 4 }, { steps.a.n: 5 }] }
    call: 'POST /{{join steps.a.names ","}}/_close'
    body: { run: '{{run.id}}', key: '{{inputs.key}}', both: '{{concat run.id steps.a.n}}', braces: '\\{{x}}' }
    keep: k
`);

describe('values that only a run knows, in the words of people', () => {
  it.each([
    ['{{steps.a.n}}', '<value of step 1>', '<value of step 1: n>'],
    ['a-{{join steps.a.names ","}}', 'a-<value of step 1>', 'a-<value of step 1: join steps.a.names ",">'],
    [
      '{{without steps.a.names steps.write.x}}',
      '<value of steps 1, 3>',
      '<value of steps 1, 3: without steps.a.names steps.write.x>',
    ],
    [
      '{{concat run.id steps.a.n}}',
      '<value of step 1 and the run>',
      '<value of step 1 and the run: concat run.id steps.a.n>',
    ],
    ['{{steps.each.y}}', '<value of step 2.*.1>', '<value of step 2.*.1: y>'],
    ['{{steps.elsewhere.y}}', '<value of step elsewhere>', '<value of step elsewhere: y>'],
    ['{{run.id}}', '<id of the run>', '<id of the run>'],
    ['{{item}} {{item.x}}', '<item> <item.x>', '<item> <item.x>'],
    ['{{inputs.key}}', '<secret key>', '<secret key>'],
    ['{{"{{"}}x}}', '{{x}}', '{{x}}'],
    ['{{not a template', '{{not a template', '{{not a template'],
    ['no template', 'no template', 'no template'],
  ])('%s', (text, short, exact) => {
    expect([readableText(text, plan, 'short'), readableText(text, plan, 'exact')]).toEqual([short, exact]);
  });

  it('stand in every text of a node, and not in what it is called', () => {
    const write = nodesIn(plan).find(({ node }) => node.id === 'write')?.node;
    expect(write && readable(write, plan)).toMatchObject({
      id: 'write',
      title: 'Close <value of step 1: n>',
      when: [
        { subject: '<value of step 1: n>', expect: 3 },
        {
          any: [
            [
              { subject: '<value of step 1: length steps.a.names>', expect: { at_least: 1 } },
              { subject: '<value of step 1: n>', expect: 4 },
            ],
            [{ subject: '<value of step 1: n>', expect: 5 }],
          ],
        },
      ],
      request: {
        path: '/<value of step 1: join steps.a.names ",">/_close',
        body: {
          run: '<id of the run>',
          key: '<secret key>',
          both: '<value of step 1 and the run: concat run.id steps.a.n>',
          braces: '{{x}}',
        },
      },
    });
  });

  it('are in the formats for people, and templates in those for programs', () => {
    for (const format of ['text', 'markdown', 'html'] as const) {
      const text = formats[format].render(planSubject(plan)).replaceAll('&#60;', '<');
      expect(text).toContain('<value of step 1: join steps.a.names');
      expect(text).not.toContain('{{steps');
      expect(text).toContain(
        ' and <value of step 1: n> = 4) or <value of step 1: n> = 5'.replaceAll('>', format === 'html' ? '&#62;' : '>'),
      );
    }
    for (const format of ['json', 'yaml'] as const)
      expect(formats[format].render(planSubject(plan))).toContain('{{join steps.a.names');
  });
});
